"""Takes the debris out of scraped news articles, and says what it took and why.

>>> article = clean("Rain ends\\n\\nShare with others:\\n\\nThe rain had stopped by noon, and the river fell.")
>>> article.headline, article.text
('Rain ends', 'The rain had stopped by noon, and the river fell.')
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaner.asynchronous import clean_async
    from cleaner.errors import CleanerError, InputError, RuleError
    from cleaner.model import Access, Article, Dateline, Failure, Found, Part, Removal, Span
    from cleaner.options import Options
    from cleaner.pipeline import Cleaner, clean, clean_many

__version__ = "0.1.0"

_HOMES = {
    "asynchronous": ("clean_async",),
    "errors": ("CleanerError", "InputError", "RuleError"),
    "model": ("Access", "Article", "Dateline", "Failure", "Found", "Part", "Removal", "Span"),
    "options": ("Options",),
    "pipeline": ("Cleaner", "clean", "clean_many"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Access",
    "Article",
    "Cleaner",
    "CleanerError",
    "Dateline",
    "Failure",
    "Found",
    "InputError",
    "Options",
    "Part",
    "Removal",
    "RuleError",
    "Span",
    "clean",
    "clean_async",
    "clean_many",
]


def __getattr__(name: str) -> object:
    """Public names are imported when first used, so that `import cleaner` costs next to nothing (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
