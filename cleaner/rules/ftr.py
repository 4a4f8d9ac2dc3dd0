"""Site files of Full-Text RSS (https://help.fivefilters.org/full-text-rss/site-patterns.html) → element rules.

Their XPath is turned into paths as far as it names elements by tag, class, id, role and itemprop; the rest is told, not
guessed. `body`, `title`, `strip` and `strip_id_or_class` are read, nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from cleaner.rules.elements import ElementRule, Says

DIRECTIVES: dict[str, Says] = {"body": "body", "title": "headline", "strip": "debris", "strip_id_or_class": "debris"}
_LINE = re.compile(r"([a-z_]+)(?:\([^)]*\))?\s*:\s*(.*\S)")
_AXIS = re.compile(r"(//|/)(?:descendant(?:-or-self)?::)?(\*|[a-zA-Z][\w-]*)((?:\[[^\[\]]*\])*)")
_PREDICATE = re.compile(r"\[([^\[\]]*)\]")
_NAMES = r"@(?:class|id|role|itemprop)"
_QUOTED = r"""(?:"([^"]*)"|'([^']*)')"""
_EQUALS = re.compile(rf"{_NAMES}\s*=\s*{_QUOTED}")
_SPACE = r"(?:' '|\" \")"
_WHOLE_WORD = re.compile(
    rf"contains\(\s*concat\(\s*{_SPACE}\s*,\s*(?:normalize-space\(\s*)?{_NAMES}\s*\)?\s*,\s*{_SPACE}\s*\)\s*,"
    rf"\s*{_QUOTED}\s*\)"
)
_CONTAINS = re.compile(rf"contains\(\s*{_NAMES}\s*,\s*{_QUOTED}\s*\)")
_STARTS = re.compile(rf"starts-with\(\s*{_NAMES}\s*,\s*{_QUOTED}\s*\)")
_PLACE = re.compile(r"\[(?:\d+|last\(\))\]")
_NO_ELEMENTS = frozenset("meta title script style link head".split())


class UnreadableError(ValueError):
    """An XPath that says more than a path can."""


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a site file that is not taken over."""

    line: int
    text: str
    why: str


def read_site_file(text: str, name: str) -> tuple[list[ElementRule], list[Left]]:
    """The element rules of a site file, called `host.txt` or, for hosts below one, `.host.txt`; and what is left."""
    site = PurePath(name).name.removesuffix(".txt").lstrip(".").removeprefix("www.").lower()
    rules: dict[ElementRule, None] = {}
    left: list[Left] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line.strip())
        if line.lstrip().startswith("#") or not match or match[1] not in DIRECTIVES:
            continue
        says, value = DIRECTIVES[match[1]], match[2]
        try:
            if value == "//h1" and says == "debris":
                raise UnreadableError("the headline is told from the body anyhow")
            is_word = match[1] == "strip_id_or_class"
            paths = [f".*{_word(value)}*"] if is_word else list(paths_of(value, any_of=says != "debris"))
        except UnreadableError as error:
            left.append(Left(number, line.strip(), str(error)))
            continue
        rules |= dict.fromkeys(ElementRule(site, says, path) for path in paths)
    return list(rules), left


def rule_file(rules: list[ElementRule]) -> str:
    """Element rules as a rule file."""
    values = [{"site": rule.site, "says": rule.says, "path": rule.path} for rule in rules]
    lines = [[f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in each.items()] for each in values]
    return "\n".join("[[element]]\n" + "".join(each) for each in lines)


def paths_of(xpath: str, *, any_of: bool = False) -> Iterator[str]:
    """The paths that name together what an XPath does; with `any_of`, places such as `[1]` are left out of account.
    Raises UnreadableError.

    >>> list(paths_of("//div[@id='story']/p[contains(@class, 'share-')] | //aside"))
    ['div#story > p.*share-*', 'aside']
    """
    for branch in _parts(xpath, "|"):
        yield from _paths_of_branch(_PLACE.sub("", branch.strip()) if any_of else branch.strip())


def _paths_of_branch(xpath: str) -> list[str]:
    paths = [""]
    at = 0
    while at < len(xpath):
        step = _AXIS.match(xpath, at)
        if not step:
            raise UnreadableError(f"not read: {xpath[at:][:60]}")
        if step[2].lower() in _NO_ELEMENTS:
            raise UnreadableError(f"{step[2]} is no part of the text")
        join = " > " if step[1] == "/" and paths != [""] else " "
        tag = "" if step[2] == "*" else step[2].lower()
        choices = [tag]
        for predicate in _PREDICATE.findall(step[3]):
            choices = [choice + words for choice in choices for words in _words_of(predicate)]
        if not all(choices):
            raise UnreadableError("any element")
        paths = [f"{path}{join if path else ''}{choice}" for path in paths for choice in choices]
        at = step.end()
    if paths == [""]:
        raise UnreadableError("empty")
    return paths


def _words_of(predicate: str) -> list[str]:
    """What a predicate asks of the words of an element: one or another of these."""
    either = []
    for choice in re.split(r"\s+or\s+", predicate):
        both = ""
        for asked in re.split(r"\s+and\s+", choice):
            asked = re.sub(r"^\((.*)\)$", r"\1", asked.strip())
            if match := _EQUALS.fullmatch(asked):
                mark = "#" if "@id" in asked else "."
                both += "".join(f"{mark}{_word(word)}" for word in _quoted(match).split())
            elif match := _WHOLE_WORD.fullmatch(asked):
                both += "".join(f".{_word(word)}" for word in _quoted(match).split())
            elif match := _CONTAINS.fullmatch(asked) or _STARTS.fullmatch(asked):
                first, *rest = f"{'' if asked.startswith('starts') else '*'}{_quoted(match)}*".split()
                both += "".join(f".{_word(word)}" for word in (first, *rest))
            else:
                raise UnreadableError(f"not read: [{predicate}]")
        either.append(both)
    if not all(either):
        raise UnreadableError(f"not read: [{predicate}]")
    return either


def _quoted(match: re.Match[str]) -> str:
    return match[match.lastindex or 0]


def _word(text: str) -> str:
    """A word as a path has it; a star for what would part it."""
    return re.sub(r"[\s.#>]+", "*", text.strip())


def _parts(text: str, mark: str) -> Iterator[str]:
    """The parts of an XPath between marks that stand outside of quotes and brackets."""
    depth, quote, start = 0, "", 0
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == mark and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
