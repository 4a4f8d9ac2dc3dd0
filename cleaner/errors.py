"""The errors that callers see: each says what went wrong, where, and what to do about it."""

from __future__ import annotations


class CleanerError(Exception):
    """Base of every error that cleaner raises on purpose.

    `what` is the complaint, `where` the document or file it is about (or None), `todo` the way out (or None).

    >>> print(CleanerError("empty file", where="a.txt", todo="leave it out"))
    a.txt: empty file (leave it out)
    """

    def __init__(self, what: str, *, where: str | None = None, todo: str | None = None) -> None:
        super().__init__(what, where, todo)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.todo})" if self.todo else ""
        return f"{place}{self.what}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.todo)

    def at(self, where: str) -> CleanerError:
        """The same error with the place filled in, where it has none yet."""
        return self if self.where else type(self)(self.what, where=where, todo=self.todo)


def _rebuild(kind: type[CleanerError], what: str, where: str | None, todo: str | None) -> CleanerError:
    return kind(what, where=where, todo=todo)


def told(error: BaseException) -> str:
    """An error of somebody else's code in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def internal(error: BaseException, where: str) -> CleanerError:
    """An error that nobody has thought of."""
    return CleanerError(f"internal error: {told(error)}", where=where, todo="please report it")


class InputError(CleanerError):
    """The source can't be read as an article: binary data, too large, or of a type that is no text."""


class RuleError(CleanerError):
    """A rule file is wrong; `where` names the file and the rule."""
