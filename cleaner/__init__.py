"""Takes the debris out of scraped news articles, and says what it took and why.

>>> article = clean("Rain ends\\n\\nShare with others:\\n\\nThe rain had stopped by noon, and the river fell.")
>>> article.headline, article.text
('Rain ends', 'The rain had stopped by noon, and the river fell.')
"""

from cleaner.errors import CleanerError, InputError, RuleError
from cleaner.model import Access, Article, Dateline, Failure, Found, Part, Removal, Span
from cleaner.options import Options
from cleaner.pipeline import Cleaner, clean, clean_many

__version__ = "0.1.0"

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
    "clean_many",
]
