"""Every phrase rule: it compiles, hits what it says it hits, misses what it says it misses."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import clean, rules
from cleaner.detect.phrases import detect_phrases, phrasebook, phrasebook_of
from cleaner.errors import RuleError
from cleaner.fold import fold
from cleaner.model import KINDS, Document
from cleaner.read.text import read_text
from cleaner.rules import builtin_rules, languages
from cleaner.rules.openings import demands, opening
from cleaner.rules.parse import check_patterns, own_rules, parse_rules
from cleaner.rules.rule import DEMANDS, FLAGS, LONGEST_LINE, LONGEST_NAG, TIMEOUT, Rule, RuleSet, kept_demands

SETS = {rule_set.language: rule_set for rule_set in builtin_rules()}
LANGUAGES = [language for language in languages() if language != "common"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_of_a_language_hit_and_miss_as_they_say(language: str) -> None:
    rule_set = SETS[language]
    check_patterns(rule_set)
    wrong = []
    for rule in rule_set.rules:
        book = phrasebook([replace(rule_set, rules=(rule,), furniture={})])
        wrong += [(rule.name, "no hit", text) for text in rule.hits if not detect_phrases(read_text(text), book)]
        wrong += [(rule.name, "no miss", text) for text in rule.misses if detect_phrases(read_text(text), book)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hits_of_a_language_are_found_among_all_rules(language: str) -> None:
    missed = [(rule.name, text) for rule in SETS[language].rules for text in rule.hits if not found(read_text(text))]
    assert missed == []


def found(document: Document) -> bool:
    return bool(detect_phrases(document, phrasebook_of(languages())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_misses_of_a_language_are_missed_by_all_its_rules(language: str) -> None:
    book = phrasebook([replace(SETS[language], furniture={})])
    hit = [(rule.name, text, [e.rule for e in detect_phrases(read_text(text), book)]) for rule in SETS[language].rules
           for text in rule.misses if detect_phrases(read_text(text), book)]  # fmt: skip
    assert hit == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_rules(language: str) -> None:
    rule_set = SETS[language]
    kinds = {rule.kind for rule in rule_set.rules} | set(rule_set.furniture.values())
    assert set(KINDS) - kinds <= {"duplicate"}


def test_every_pattern_has_a_key_for_the_prefilter() -> None:
    assert [rule.name for rule_set in SETS.values() for rule in rule_set.rules if rule.pattern and not rule.keys] == []


def test_what_is_debris_for_certain_is_asked_for_whole_phrases_and_access_only() -> None:
    lines = ["Print this article", "Read more about the harbor", "You have 2 remaining free articles this month"]
    document = read_text("\n\n".join(lines))
    assert {0, 2} <= {item.block for item in detect_phrases(document)}
    found = detect_phrases(document, sure=frozenset({0, 1, 2}))
    assert {item.block for item in found} <= {0, 2}
    assert [item.value for item in found if item.block == 2] == ["2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_pattern_matches_is_what_it_asks_for(language: str) -> None:
    matched = [(rule, match[0]) for rule in SETS[language].rules if rule.matcher
               for text in rule.hits if (match := rule.matcher.search(fold(text).text))]  # fmt: skip
    shut = [(rule.name, text) for rule, text in matched if not rule.may_match([opening(text)], text.lower())]
    assert shut == []
    assert matched


def test_what_patterns_ask_for_is_kept_as_it_is() -> None:
    kept = (Path(rules.__file__).parent / "data" / DEMANDS).read_text("utf8")
    assert kept == kept_demands(SETS.values()), "run python tools/build_demands.py"


@pytest.mark.parametrize(
    ("pattern", "openings", "needles"),
    [
        ("(?:a|[bc]) day", {"a da", "b da", "c da"}, set()),
        ("x{2}y?", {"x", "xx", "xxx", "xxxx", "xy", "xxy", "xxxy"}, set()),  # more than there are
        (r"(?x) see [ ] more # or less", {"see "}, set()),
        (r"(?!no)(?P<n>\d+)(?i:k)?", {"0", "00", "000", "0000", "0k", "00k", "000k"}, set()),
        (r"[^a]+ was here|stay", {"stay"}, {" was here"}),
        (r"\w+", set(), {""}),
        ("a|", {"a"}, {""}),
        ("a)b", set(), {""}),
        ("(" * 5_000, set(), {""}),
        ("(?P<n", set(), {""}),
        ("(?x", set(), {""}),
        ("a{2", {"a", "aa", "aaa", "aaaa"}, set()),
        ("x\\", {"x"}, set()),
        ("[ab", {"a", "b"}, set()),
        (r"\L<none", set(), set()),
        (r".\L<none>", set(), {""}),
    ],
)
def test_what_a_pattern_asks_for_is_read_from_it(pattern: str, openings: set[str], needles: set[str]) -> None:
    asked = demands(pattern, {})
    assert (asked.openings, asked.needles) == (openings, needles)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pattern_takes_long(language: str) -> None:
    """Patterns of the package are tried without a limit of time, on whole lines and where sentences begin."""
    slow = []
    for rule in SETS[language].rules:
        for line, text in zip(hard_texts(rule, LONGEST_LINE), hard_texts(rule, LONGEST_NAG), strict=True):
            start = time.perf_counter()
            rule.whole(line), rule.at(text, 0)
            if time.perf_counter() - start > TIMEOUT:
                slow.append((rule.name, line))
    assert slow == []


def hard_texts(rule: Rule, size: int) -> Iterator[str]:
    """Texts that nearly match in many ways."""
    for seed in dict.fromkeys((*rule.hits[:3], *rule.keys[:1], "Jane Doe, ", "A ", "1 ", "a", ". ")):
        yield (f"{seed} " * size)[:size]
        yield (seed * size)[:size]
        yield (seed + " " + "Aa " * size)[:size]
        yield (seed + "a" * size)[:size]


@pytest.mark.parametrize("language", LANGUAGES)
def test_re_finds_what_regex_finds(language: str) -> None:
    """Patterns are compiled by `re` where it can read them."""
    fast = {rule: regex.compile(rule.pattern, FLAGS, **{name: list(words) for name, words in rule.words})
            for rule in SETS[language].rules if rule.pattern and isinstance(rule.matcher, re.Pattern)}  # fmt: skip
    lines = [fold(line).text for rule in SETS[language].rules for line in (*rule.hits, *rule.misses)]
    different = [(rule.name, line) for rule, slow in fast.items() for line in lines
                 if len(line) <= LONGEST_LINE and bool(rule.whole(line)) != bool(slow.fullmatch(line))]  # fmt: skip
    assert different == []


RULE = """
[[rule]]
name = "xx.share.it"
kind = "share"
why = "asks to share"
pattern = "share it"
hits = ["Share it!"]
misses = ["They share it."]
seen = "here"
"""


def test_a_good_rule_file_is_read() -> None:
    assert isinstance(parse_rules(RULE, "mine.toml"), RuleSet)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[rule", "mine.toml, line 1: not valid TOML"),
        (RULE + "[[rule", "mine.toml, line 10: not valid TOML"),
        (RULE + RULE.replace('"Share it!"]', "'''Share it!]") + RULE, "mine.toml, line 11: not valid TOML"),
        (RULE + "score = 1" + "0" * 5_000, "mine.toml, line 2: not valid TOML"),
        (RULE + "score = 0x1" + "0" * 5_000, "mine.toml, line 2, rule xx.share.it: score a number of thousands of"),
        ("score 1", "not valid TOML: Expected '=' after a key in a key/value pair (at line 1, column 7)"),
        (" \n# nothing\n", "mine.toml: no rule in it (begin one with [[rule]] or [[element]])"),
        ("rule = []", "mine.toml: no rule in it"),
        (RULE.replace('kind = "share"', 'kind = "shared"'), "mine.toml, line 2, rule xx.share.it: unknown kind"),
        (RULE.replace("misses", "#"), "mine.toml, line 2, rule xx.share.it: missing misses"),
        (RULE.replace("seen", "sean"), "mine.toml, line 2, rule xx.share.it: missing seen"),
        (RULE + 'colour = "red"', "mine.toml, line 2, rule xx.share.it: unknown colour"),
        (RULE.replace('"share it"', '"\\\\L<nets>"'), "mine.toml, line 2, rule xx.share.it: no list nets"),
        (RULE + 'scope = "word"', "mine.toml, line 2, rule xx.share.it: scope 'word'"),
        (RULE + 'access = "zz"', "mine.toml, line 2, rule xx.share.it: access 'zz' (one of remaining"),
        (RULE + "score = nan", "score nan (a number from 0.5 to 1)"),
        (RULE + "score = true", "score True"),
        (RULE + 'score = "high"', "score 'high'"),
        (RULE.replace('["Share it!"]', '"Share it!"'), "hits is 'Share it!' (must be a list of text"),
        (RULE.replace('["Share it!"]', '["", "Share it!"]'), "hits is ['', 'Share it!']"),
        (RULE.replace('"share it"', "5"), "pattern is 5 (must be text)"),
        (RULE.replace('kind = "share"', 'kind = ["share"]'), "kind is ['share']"),
        (RULE + "keys = 3", "keys is 3"),
        (RULE + "keys = []", "mine.toml, line 2, rule xx.share.it: keys is empty (name at least one, or leave it out)"),
        (RULE + "[lists]\nnone = []", "mine.toml, line 11: list none is empty"),
        (RULE.replace('"xx.share.it"', "5"), "mine.toml, line 2: name is 5 (must be text)"),
        (RULE + RULE, "line 11, rule xx.share.it: defined twice (the other is mine.toml, line 2, rule xx.share.it;"),
        ('rule = "x"', "mine.toml, line 1: rule is no list of tables (begin every rule with [[rule]])"),
        ("rule = [1]", "rule is no list of tables"),
        ('[rule]\nname = "x"', "rule is no list of tables"),
        ('numbers = "x"', "numbers is 'x' (must be a table)"),
        ('[numbers]\none = "x"', "mine.toml, line 2: one is 'x' (must be a whole number)"),
        ("[lists]\na = 3", "mine.toml, line 2: a is 3 (must be a list)"),
        ("\nlists = {a = 3}", "mine.toml, line 2: a is 3 (must be a list)"),
        ("[furniture]\nshare = [3]", "mine.toml, line 2: furniture share is [3]"),
        ("a = " + "[" * 100_000, "not valid TOML"),
        ("\ncolour = 1", "mine.toml, line 2: unknown colour"),
    ],
)
def test_a_bad_rule_file_says_where_and_why(text: str, complaint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rules(text, "mine.toml")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("share (it", "bad pattern: missing )"),
        ("share [" + "\\" * 200 + "(", "bad pattern"),  # read at once, though the bracket never ends
        (".*", "pattern fits any sentence (name words that only debris has)"),
        (".{20,}", "pattern fits any sentence"),
        (r"[a-z]\w* .*\.", "pattern fits any sentence"),
        ("(?:share it)?", "pattern fits an empty line (some of it must not be optional)"),
    ],
)
@pytest.mark.parametrize("scope", ["line", "sentence"])
def test_a_bad_pattern_is_named_with_its_line(pattern: str, complaint: str, scope: str) -> None:
    text = RULE.replace('"share it"', f"'{pattern}'") + f'scope = "{scope}"'
    with pytest.raises(RuleError) as caught:
        own_rules(text.encode(), "mine.toml")
    assert f"mine.toml, line 2, rule xx.share.it: {complaint}" in str(caught.value)


def test_a_rule_file_in_another_encoding_is_named_with_the_line() -> None:
    with pytest.raises(RuleError, match=r"mine\.toml, line 4: not UTF-8 \(save the file as UTF-8\)"):
        own_rules(RULE.replace('share"\n', 'share"  # f\u00fcr alle\n').encode("latin-1"), "mine.toml")
    with pytest.raises(RuleError, match=r"mine\.toml, line 1: not UTF-8"):
        own_rules(RULE.encode("utf-16"), "mine.toml")
    assert own_rules(RULE.encode("utf-8-sig"), "mine.toml").rules


# --- any file at all --------------------------------------------------------------------------------

ELEMENT = """
[[element]]
site = "a.example"
says = "debris"
path = "article > div.*share*"
kind = "share"
"""
FILES = [path.read_text("utf8") for path in sorted(Path(rules.__file__).parent.glob("*.toml"))]
REAL = [re.split(r"(?m)^(?=\[\[)", text) for text in (*FILES, RULE + ELEMENT)]
"""The tables of real rule files."""


@st.composite
def changed_rule_files(draw: st.DrawFn) -> str:
    """Some tables of a real rule file, of which some lines are dropped, doubled, swapped or changed."""
    tables = draw(st.sampled_from(REAL))
    start = draw(st.integers(0, len(tables) - 1))
    lines = "".join(tables[start : start + 3]).splitlines(keepends=True) or [""]
    places = st.integers(0, len(lines) - 1)
    marks = st.sampled_from([*"\"'[](){}*+?\\|.=\n", "'''", ".*", "[]"])
    for _ in range(draw(st.integers(1, 4))):
        at, other = draw(places), draw(places)
        cut = draw(st.integers(0, len(lines[at])))
        match draw(st.sampled_from(["drop", "double", "swap", "cut", "put"])):
            case "drop":
                lines[at] = ""
            case "double":
                lines[at] *= 2
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "cut":
                lines[at] = lines[at][:cut]
            case _:
                lines[at] = lines[at][:cut] + draw(marks | st.text(max_size=3)) + lines[at][cut:]
    return "".join(lines)


def patterns() -> st.SearchStrategy[str]:
    pieces = [*"()[]{}*+?|\\.^$<>:=!-, a1", *"share (? (?P<n (?: (?<= {2, \\L< \\p{ \\N{".split()]
    return st.lists(st.sampled_from(pieces) | st.characters(codec="utf-8"), max_size=12).map("".join)


def rule_file_with(pattern: str) -> str:
    return RULE.replace('"share it"', json.dumps(pattern, ensure_ascii=False))


@settings(max_examples=300)
@given(
    st.binary()
    | st.text().map(str.encode)
    | changed_rule_files().map(str.encode)
    | patterns().map(rule_file_with).map(str.encode)
)
def test_any_text_gives_rules_or_says_what_is_wrong(content: bytes) -> None:
    try:
        rule_set = own_rules(content, "mine.toml")
    except RuleError as error:
        assert error.where and error.where.startswith("mine.toml")
        return
    assert isinstance(rule_set, RuleSet)
    phrasebook([rule_set])


# --- rules that come with packages ------------------------------------------------------------------


def packaged(site: Path, code: str | None) -> None:
    """Puts a package `coast-rules` into a folder, with a module or without."""
    info = site / "coast_rules-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: coast-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{rules.PACKAGES}]\ncoast = coast_rules:paths\n")
    if code is not None:
        (site / "coast_rules.py").write_text(code)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of packages; what is remembered of packages is forgotten before and after."""
    monkeypatch.syspath_prepend(tmp_path)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget() -> None:
    rules.rules_of_packages.cache_clear()
    phrasebook_of.cache_clear()
    sys.modules.pop("coast_rules", None)


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        (None, "ModuleNotFoundError: No module named 'coast_rules'"),
        ("def paths():\n    raise RuntimeError('no\\nluck')", "RuntimeError: no luck"),
        ("x = 1", "AttributeError: module 'coast_rules' has no attribute 'paths'"),
        ("def paths():\n    return 'rules.toml'", "TypeError: coast_rules:paths gives text, not a list of paths"),
        ("def paths():\n    return None", "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_a_broken_package_of_rules_is_named(fresh: Path, code: str | None, complaint: str) -> None:
    packaged(fresh, code)
    with pytest.raises(RuleError) as caught:
        clean("A story.")
    assert str(caught.value).startswith(f"package coast-rules: its rules can't be read: {complaint} (update")


def test_a_package_brings_rules(fresh: Path) -> None:
    packaged(fresh, f"def paths():\n    return [{str(fresh / 'coast.toml')!r}]")
    (fresh / "coast.toml").write_text(RULE)
    assert [rule.name for rule_set in rules.rules_of_packages() for rule in rule_set.rules] == ["xx.share.it"]


def test_a_runaway_pattern_of_the_user_is_an_error_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleaner.rules.rule.TIMEOUT", 0.05)
    file = tmp_path / "mine.toml"
    file.write_text(RULE.replace('"share it"', '"(?:sha|s|h|a)+(?:a|aa)+(?:a|aaa)+z"') + 'keys = ["sha"]')
    with pytest.raises(RuleError, match=r"rule xx\.share\.it: no end after .* on 'shaaaa"):
        clean("A first sentence of a story.\n\nsh" + "a" * 200 + "\n", rules=(str(file),))


def test_two_rules_of_one_name_in_two_files_are_refused(tmp_path: Path) -> None:
    files = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for file in files:
        file.write_text(RULE)
    with pytest.raises(RuleError, match=r"a\.toml, line 2, rule xx\.share\.it: defined twice .*b\.toml, line 2"):
        clean("A story.", rules=tuple(map(str, files)))


def test_a_rule_that_is_named_as_one_of_the_package_is_told_from_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RULE.replace("xx.share.it", "en.meter.remaining"))
    with pytest.raises(RuleError, match=r"mine\.toml, line 2, rule en\.meter\.remaining: .* en\.toml, line \d+"):
        clean("A story.", rules=(str(tmp_path / "mine.toml"),))
