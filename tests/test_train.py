"""Training: labels from gold, samples and their copies; with PyTorch, the networks and a small training in one go."""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import random_arrays
from typer.testing import CliRunner, Result

from cleaner import InputError
from cleaner.cli import app
from cleaner.detect.features import COLUMN, FEATURES
from cleaner.detect.learned import load_model
from cleaner.detect.network import Network
from cleaner.evaluate.gold import GoldPage
from cleaner.read import read
from cleaner.read.text import read_text
from cleaner.train.examples import page_copies, text_copies
from cleaner.train.labels import DEBRIS, HEADLINE, KEEP, UNKNOWN, label, tokens
from cleaner.train.samples import (
    FAR,
    Inserts,
    Sample,
    alone,
    cropped,
    debris_of,
    domain_of,
    excerpt,
    fold_of,
    grafted,
    renderings,
    rule_lines,
    samples_of,
    window,
    with_debris,
    without_classes,
)

RAIN = "The rain had stopped by noon, and the river began to fall."
MAYOR = "The mayor said that the bridge would open in the morning, a day early."
NIGHT = "Engineers had worked on the bridge through the night, in water up to their knees."
PUMPS = "Two of the four pumps failed during the first hours of the flood."
NAG = "Subscribe to our newsletter today and get all the news first, every morning in your inbox."
ZH_RIVER = "河水今天开始回落，桥梁将于明天开放。"
ZH_NIGHT = "工程师整夜在桥上工作，水深及膝。"

# --- labels -----------------------------------------------------------------------------------------


def labels(blocks: list[str], body: list[str], title: str | None = None) -> str:
    """One letter a block: k kept, d debris, h headline, ? unknown."""
    return "".join({KEEP: "k", DEBRIS: "d", HEADLINE: "h", UNKNOWN: "?"}[int(value)]
                   for value in label(blocks, "\n".join(body), title).values)  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "body", "wanted"),
    [
        (["Home", RAIN, MAYOR, "Share"], [RAIN, MAYOR], "dkkd"),
        ([RAIN, "What comes next", MAYOR], [RAIN, "What comes next", MAYOR], "kkk"),  # a heading of the gold
        ([RAIN, "Read this next", MAYOR], [RAIN, MAYOR], "kdk"),  # one that the gold hasn't
        ([RAIN, "Yes.", MAYOR, "No.", NIGHT], [RAIN, "Yes.", MAYOR, NIGHT], "kkkdk"),  # short lines between
        (["Share", RAIN, MAYOR], [RAIN, MAYOR, "Share"], "dkk"),  # a short line elsewhere is none of the gold
        (
            [RAIN, "1. Pumps", "and boats", MAYOR],
            [RAIN, "Pumps", "and boats", MAYOR],
            "kkkk",
        ),  # a number the gold lacks
        (["1. " + NIGHT, "2. " + PUMPS], [NIGHT, PUMPS], "kk"),
        ([RAIN, MAYOR, RAIN, NIGHT], [RAIN, MAYOR, NIGHT], "kk?k"),  # a copy, such as a pulled quote
        ([NIGHT, RAIN, MAYOR, PUMPS], [RAIN, MAYOR, NIGHT, PUMPS], "?kkk"),  # out of order
        ([RAIN[:30], RAIN[30:], MAYOR], [RAIN, MAYOR], "kkk"),  # wrapped
        ([f"{RAIN} {MAYOR}", NIGHT], [RAIN, MAYOR, NIGHT], "kk"),  # joined
        ([f"{RAIN} {NAG}", NIGHT], [RAIN, NIGHT], "?k"),  # half of it
        ([ZH_RIVER, "分享", ZH_NIGHT], [ZH_RIVER, ZH_NIGHT], "kdk"),
        (["İstanbul'da yağmur öğleyin dindi.", "Paylaş"], ["İstanbul'da yağmur öğleyin dindi."], "kd"),
        (["Home", "Sport", NAG], [RAIN, MAYOR], "ddd"),  # nothing found
        (["", "...", RAIN], [RAIN], "??k"),  # no words tell nothing
        ([RAIN], [], "d"),
        ([], [RAIN], ""),
    ],
)
def test_blocks_are_labelled_as_expected(blocks: list[str], body: list[str], wanted: str) -> None:
    if wanted == "?k":
        blocks[0] = f"{RAIN} Subscribe to our newsletter today, all the news first."
    assert labels(blocks, body) == wanted


def test_the_last_numbered_line_before_a_link_is_found() -> None:
    assert labels([RAIN, "1. Pumps", MAYOR], [RAIN, "Pumps", MAYOR]) == "kkk"


@pytest.mark.parametrize(
    ("blocks", "title", "wanted"),
    [
        (["Rain ends in the valley", RAIN, MAYOR, "Rain ends in the valley"], "Rain ends in the valley", "hkkd"),
        (["Rain ends in the valley", RAIN], "Rain ends in the valley - News", "hk"),
        (["Rain ends", RAIN], "Rain ends", "hk"),
        (["Rain", RAIN], "Rain", "dk"),  # one word is no title
        (["Home", RAIN], None, "dk"),
    ],
)
def test_title_lines_above_the_body_are_headlines(blocks: list[str], title: str | None, wanted: str) -> None:
    assert labels(blocks, [RAIN, MAYOR], title) == wanted


def test_coverage_is_the_share_of_the_gold_that_was_found() -> None:
    body = f"{RAIN}\n{MAYOR}"
    assert label([RAIN, MAYOR], body).coverage == 1
    assert label([RAIN], body).coverage == pytest.approx(len(tokens(RAIN)) / len(tokens(body)))
    assert label(["Home"], body).coverage == 0


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=200), st.none() | st.text(max_size=30))
def test_any_texts_are_labelled(blocks: list[str], body: str, title: str | None) -> None:
    found = label(blocks, body, title)
    assert len(found.values) == len(found.share) == len(blocks)
    assert set(found.values.tolist()) <= {KEEP, DEBRIS, HEADLINE, UNKNOWN}
    assert 0 <= found.coverage <= 1


@given(st.lists(st.sampled_from([RAIN, MAYOR, NIGHT, PUMPS, ZH_RIVER]), min_size=1, max_size=5, unique=True))
def test_a_text_is_all_content_of_itself(body: list[str]) -> None:
    assert labels(body, body) == "k" * len(body)


# --- samples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://news.example.com:8080/a", "example.com"),
        ("https://www.example.co.uk/a", "example.co.uk"),
        ("https://a.b.example.com.au", "example.com.au"),
        ("https://www.example.gouv.fr/", "example.gouv.fr"),
        ("https://example.de", "example.de"),
        ("https://blog.example.de", "example.de"),
        ("http://localhost/a", "page-7"),
        (None, "page-7"),
        ("no address", "page-7"),
    ],
)
def test_pages_of_a_site_have_one_domain(url: str | None, domain: str) -> None:
    assert domain_of(GoldPage("page-7", "", url=url)) == domain


def test_folds_are_the_same_in_every_run() -> None:
    assert [fold_of(f"{name}.example", 5) for name in "abcdefgh"] == [2, 4, 2, 4, 3, 2, 1, 0]


MARKUP = (
    "<html><head><title>Rain ends in the valley</title></head><body><nav><a href=/>Home</a></nav><main class=story>"
    f"<h1>Rain ends in the valley</h1><p>{RAIN}</p><p>{MAYOR}</p><p class=nag>{NAG}</p><p>{NIGHT}</p></main>"
    "<footer>Imprint</footer></body></html>"
)
BODY = f"{RAIN}\n{MAYOR}\n{NIGHT}"


def page_samples() -> list[Sample]:
    return samples_of(GoldPage("1", MARKUP, url="https://a.example/1", body=BODY), 0.5)


def test_a_page_gives_itself_and_its_renderings() -> None:
    made = page_samples()
    assert [sample.source for sample in made][:4] == ["page", "blocks", "lines", "nodes"]
    for sample in made:
        kept = [block.text for block, value in zip(sample.document.blocks, sample.labels, strict=True) if value == KEEP]
        assert kept == BODY.split("\n"), sample.source
        assert (sample.domain, sample.page, sample.weight) == ("a.example", "1", 0.5)
        assert sample.document.kind == ("html" if sample.source == "page" else "text")


def test_pages_without_gold_that_can_be_found_give_nothing() -> None:
    assert samples_of(GoldPage("1", MARKUP, body=None)) == []
    assert samples_of(GoldPage("1", MARKUP, body=PUMPS)) == []
    assert samples_of(GoldPage("1", "\x00\x01\x02\x03", body=BODY)) == []
    assert samples_of(GoldPage("1", "", body=BODY)) == []


def test_renderings_hold_the_text_of_the_page() -> None:
    for name, text in renderings(read(MARKUP, kind="html", max_chars=10**7)):
        assert RAIN in text.replace("\n", " "), name


def text_sample(values: str) -> Sample:
    """A text with a line for each letter: k, d, h, ?."""
    lines = [f"Line {n} of the text, which is {value}." for n, value in enumerate(values)]
    document = read("\n\n".join(lines), kind="text", max_chars=10**7)
    assert len(document.blocks) == len(values)
    found = np.array([{"k": KEEP, "d": DEBRIS, "h": HEADLINE, "?": UNKNOWN}[value] for value in values], np.int8)
    return Sample(document, found, "a.example", "1", "lines")


INSERTS = Inserts(("Put in: share this.",), ("Put in: a caption.",), ("Put in: an ordinary line.",))
VALUES = st.text("kdh?", max_size=30).map(lambda values: values + "k").map(lambda v: v + "dd")


def assert_whole(sample: Sample) -> None:
    """Indexes count up, and each line that says what it is has that label."""
    assert [block.index for block in sample.document.blocks] == list(range(len(sample.labels)))
    letters = {KEEP: "k", DEBRIS: "d", HEADLINE: "h", UNKNOWN: "?"}
    for block, value in zip(sample.document.blocks, sample.labels.tolist(), strict=True):
        if block.text.startswith("Put in"):
            assert value == (KEEP if "ordinary" in block.text else DEBRIS)
        else:
            assert block.text.endswith(f" {letters[value]}.")


def own_texts(sample: Sample) -> list[str]:
    return [block.text for block in sample.document.blocks if not block.text.startswith("Put in")]


@given(VALUES, st.integers(0, 999), st.integers(1, 9))
def test_debris_is_put_between_the_lines_and_nothing_else_changes(values: str, seed: int, most: int) -> None:
    sample = text_sample(values)
    made = with_debris(sample, INSERTS, random.Random(seed), most)
    assert_whole(made)
    assert own_texts(made) == own_texts(sample)
    assert 1 <= len(made.labels) - len(values) <= most
    inside = [n for n, value in enumerate(made.labels) if value == KEEP]
    for block in made.document.blocks:
        if block.text.startswith("Put in"):
            assert inside[0] - most <= block.index <= inside[-1] + most
    assert own_texts(sample) == own_texts(text_sample(values))


@given(VALUES, st.integers(0, 999))
def test_a_window_holds_the_whole_body(values: str, seed: int) -> None:
    sample = text_sample(values)
    made = window(sample, random.Random(seed))
    assert_whole(made)
    assert made.labels.tolist().count(KEEP) == values.count("k")
    assert "\n".join(own_texts(made)) in "\n".join(own_texts(sample))


@given(VALUES, st.integers(0, 999))
def test_an_excerpt_is_neighbouring_lines_of_the_body(values: str, seed: int) -> None:
    made = excerpt(text_sample(values), random.Random(seed))
    if made is not None:
        assert_whole(made)
        assert 1 <= len(made.labels) <= 4
        assert set(made.labels.tolist()) == {KEEP}


@given(st.integers(0, 150), st.integers(0, 150), st.integers(0, 99))
def test_lines_far_from_the_body_may_be_cropped(before: int, after: int, seed: int) -> None:
    sample = text_sample("d" * before + "kdk" + "d" * after)
    made = cropped(sample, random.Random(seed))
    assert_whole(made)
    assert made.labels.tolist().count(KEEP) == 2
    size = len(made.labels)
    assert size == len(sample.labels) or size <= 2 * FAR + 3


def test_a_copy_without_classes_has_the_same_blocks_and_labels() -> None:
    sample = page_samples()[0]
    words = set()
    for seed in range(20):
        made = without_classes(sample, random.Random(seed))
        assert made.document.blocks == sample.document.blocks
        assert made.labels is sample.labels
        assert [node.parent for node in made.document.nodes] == [node.parent for node in sample.document.nodes]
        words.add(" ".join(node.words for node in made.document.nodes).strip())
    assert "" in words


def small_sample(name: str, source: str = "blocks") -> Sample:
    lines = [f"Menu of {name}", f"Headline of {name}", f"By {name}", f"First of {name}.", f"Share {name}",
             f"Last of {name}.", f"Foot of {name}"]  # fmt: skip
    labels = np.array([DEBRIS, HEADLINE, DEBRIS, KEEP, DEBRIS, KEEP, DEBRIS], np.int8)
    return Sample(read_text("\n\n".join(lines)), labels, f"{name}.example", name, source)


def test_a_graft_has_one_body_between_what_stands_around_two_others() -> None:
    made = grafted(small_sample("a"), small_sample("b"), small_sample("c"))
    assert [block.text for block in made.document.blocks] == [
        "Menu of b", "Headline of a", "By a", "First of a.", "Share a", "Last of a.", "Foot of c",
    ]  # fmt: skip
    assert made.labels.tolist() == small_sample("a").labels.tolist()
    assert [block.index for block in made.document.blocks] == list(range(7))


def test_a_clean_copy_is_headline_and_body_alone() -> None:
    made = alone(small_sample("a"))
    assert [block.text for block in made.document.blocks] == ["Headline of a", "First of a.", "Last of a."]
    assert made.labels.tolist() == [HEADLINE, KEEP, KEEP]


def test_texts_are_learned_from_grafts_and_pages_are_not() -> None:
    group, others = [small_sample("a")], [[small_sample("b")], [small_sample("c")]]
    sources = [sample.source for sample in text_copies(group, INSERTS, random.Random(1), others)]
    assert {"blocks", "graft", "graft+debris", "window", "alone"} <= set(sources)
    assert list(page_copies(group, INSERTS, random.Random(1))) == []


def test_lines_of_debris_are_not_put_into_pages_of_their_own_fold(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from cleaner.train.fit import FOLDS, Settings, _more_debris

    file = tmp_path / "lines.jsonl"
    file.write_text('{"line": "Share this", "domain": "a.example"}\n{"line": "Print"}\n', "utf8")
    fold = fold_of("a.example", FOLDS)
    assert _more_debris(Settings(debris=file))[0] == ("Share this", fold)
    assert [line for line, _ in _more_debris(Settings(debris=file, without_fold=fold))] == ["Print"]
    file.write_text("no JSON", "utf8")
    with pytest.raises(InputError, match=r"lines\.jsonl: no lines of debris"):
        _more_debris(Settings(debris=file))


def test_copies_of_a_page_put_debris_into_its_elements() -> None:
    sample = page_samples()[0]
    made = with_debris(sample, INSERTS, random.Random(2))
    put = [block for block in made.document.blocks if block.text.startswith("Put in")]
    assert put
    assert all(made.document.nodes[block.node].tag == "p" for block in put)


def test_debris_near_the_body_is_taken_for_other_pages() -> None:
    assert NAG in list(debris_of(page_samples()[0]))
    hits, misses = rule_lines()
    assert len(hits) > 500
    assert len(misses) > 500


# --- with PyTorch -----------------------------------------------------------------------------------


def test_without_pytorch_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torch" or name.startswith("cleaner.train.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    done = run("train", gold(tmp_path), "-o", tmp_path / "weights.npz")
    assert done.exit_code == 2
    assert done.stderr == "error: training needs PyTorch (pip install 'article-cleaner[train]')\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_network_is_the_same_in_pytorch_and_numpy() -> None:
    torch = pytest.importorskip("torch")
    from cleaner.train.sequence import Net

    torch.manual_seed(3)
    chance = np.random.default_rng(3)
    size = len(FEATURES)
    mean, scale = chance.standard_normal(size).astype(np.float32), np.full(size, 0.7, np.float32)
    net = Net(mean, scale, layers=4, width=24).eval()
    sizes = [1, 2, 17, 40, 90, 3]
    x = chance.standard_normal((sum(sizes), size)).astype(np.float32)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    with torch.no_grad(), pytest.warns(UserWarning, match="index_reduce"):
        wanted = net(torch.from_numpy(x), torch.from_numpy(bounds)).numpy()
    found = Network.of(net.arrays())(x, bounds)
    assert np.abs(found - wanted).max() < 1e-4
    assert set(net.arrays()) == set(random_arrays(layers=4))


def test_words_learn_what_stands_around_them_near_an_article() -> None:
    pytest.importorskip("torch")
    from cleaner.train.linear import _around

    labels = np.array([DEBRIS, DEBRIS, KEEP, DEBRIS, KEEP, DEBRIS, UNKNOWN], np.int8)
    near = np.array([False, True, True, True, True, True, False])
    follows, precedes, behind, before = np.nan_to_num(_around(labels, near), nan=9).T.tolist()
    assert follows == [9, 1, 0, 1, 0, 9, 9]
    assert precedes == [9, 9, 0, 1, 0, 1, 9]
    assert behind == [9, 0, 9, 0, 9, 1, 9]
    assert before == [9, 1, 9, 0, 9, 0, 9]


def test_opinion_columns_are_left_as_they_are_by_training() -> None:
    pytest.importorskip("torch")
    from cleaner.train.sequence import OPINION

    assert [FEATURES[n] for n in OPINION] == ["opinion_known", "opinion_keeps", "opinion_share"]
    assert COLUMN["opinion_known"] == len(FEATURES) - 3


NAGS = ("Dorun pilasu", "Menti geram osk", "Walu", "Koss tilvan", "Pirum lado sen", "Uldi mar")
SITES = 14


def made_up_page(chance: random.Random, site: int) -> tuple[str, str]:
    """(page, body) in a language of made-up words: sentences, and nags that all sites share."""
    syllables = "ba ke lo mi nu ra se to vi za gre plo stu".split()
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(150)]

    def sentence() -> str:
        return " ".join(chance.choices(words, k=chance.randint(14, 30))).capitalize() + "."

    paragraphs = [" ".join(sentence() for _ in range(chance.randint(1, 3))) for _ in range(chance.randint(4, 9))]
    block = "story text".split()[site % 2]
    links = "".join(f"<li><a href='/{n}'>{chance.choice(NAGS)}</a></li>" for n in range(chance.randint(4, 8)))
    between = [f"<p>{text}</p>" + (f"<p class='x'>{chance.choice(NAGS)}</p>" if chance.random() < 0.2 else "")
               for text in paragraphs]  # fmt: skip
    page = (f"<html><body><nav><ul>{links}</ul></nav><div class='{block}'>{''.join(between)}</div>"
            f"<div class='foot'><ul>{links}</ul><p>{chance.choice(NAGS)}</p></div></body></html>")  # fmt: skip
    return page, "\n".join(paragraphs)


def gold(folder: Path, name: str = "made.jsonl") -> Path:
    chance = random.Random(4)
    rows: list[dict[str, Any]] = []
    for number in range(2 * SITES):
        site = number % SITES
        page, body = made_up_page(chance, site)
        rows.append({"id": f"{number:03}", "url": f"https://site{site}.example/{number}", "html": page, "body": body,
                     "page_type": "article" if number % 5 else "forum"})  # fmt: skip
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_small_training_learns_to_keep_the_body(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    made = gold(tmp_path)
    output = tmp_path / "weights.npz"
    options = ("--networks", 1, "--epochs", 20, "--jobs", 1, "--credit", "Nobody, 2026", "--weight", "made.jsonl=0.8")
    done = run("train", made, "-o", output, *map(str, options))
    assert done.exit_code == 0, done.stderr
    assert f"{output}: " in done.stderr.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.jsonl", "weights.npz"]
    with np.load(output) as arrays:
        about = {name: str(arrays[name]) for name in arrays.files if name.startswith("about.")}
    assert about == {"about.credit": "Nobody, 2026", "about.pages": str(2 * SITES), "about.gold": "made.jsonl"}
    with zipfile.ZipFile(output) as file:
        assert {entry.date_time[0] for entry in file.infolist()} == {1980}
    model = load_model(io.BytesIO(output.read_bytes()), "weights.npz")
    chance = random.Random(99)
    right = total = 0
    for _ in range(10):
        page, body = made_up_page(chance, 1)
        document = read(page, kind="html", max_chars=10**7)
        wanted = np.array([block.text in body for block in document.blocks])
        right += int(((model.judge(model.batch([document])) > 0) == wanted).sum())
        total += len(wanted)
    assert right > 0.9 * total, (right, total)


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from cleaner.train import linear
    from cleaner.train.fit import Settings, train

    monkeypatch.setattr(linear, "WORD_BUCKETS", 1 << 12)  # which saves seconds
    monkeypatch.setattr(linear, "ELEMENT_BUCKETS", 1 << 8)
    made = gold(tmp_path)
    settings = Settings(seed=5, networks=1, epochs=1, jobs=1, without_fold=2)
    one = train([made], settings)
    assert train([made], replace(settings, jobs=2)) == one


def test_settings_choose_the_pages_and_what_they_count(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from cleaner.train.fit import OTHER_TYPES, Settings, gold_of

    made = gold(tmp_path)
    chosen = gold_of([made], Settings(weights={"made.jsonl": 0.8}, without_fold=1))
    assert {(page.page_type, weight) for page, weight in chosen} == {("article", 0.8), ("forum", 0.8 * OTHER_TYPES)}
    assert {fold_of(domain_of(page), 5) for page, _ in chosen} == {0, 2, 3, 4}
    with pytest.raises(InputError, match=r"a weight for other \(there is made.jsonl\)"):
        gold_of([made], Settings(weights={"other": 1.0}))


def test_what_is_wrong_with_a_training_is_said_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    made = gold(tmp_path)
    few = tmp_path / "few.jsonl"
    few.write_text("".join(f"{line}\n" for line in made.read_text().splitlines()[:3]))
    output = tmp_path / "weights.npz"
    (tmp_path / "there.npz").write_text("mine")
    cases = [
        ((few, "-o", output, "--jobs", "1", "-q"), 1, "give pages of more sites"),
        ((tmp_path / "none", "-o", output), 1, "no such file or folder"),
        ((made, "-o", output, "--weight", "other=0.5"), 2, "a weight for other (there is made.jsonl)"),
        ((made, "-o", output, "--weight", "made.jsonl=-1"), 2, "write NAME=0.5"),
        ((made, "-o", output, "--weight", "0.5"), 2, "write NAME=0.5"),
        ((made, "-o", tmp_path / "there.npz"), 2, "exists already"),
        ((made, "-o", made, "--overwrite"), 2, "is one of the sources"),
        ((made, "-o", tmp_path / "no" / "folder.npz"), 2, "can't be written"),
    ]
    for arguments, status, said in cases:
        done = run("train", *arguments)
        assert (done.exit_code, said in done.stderr) == (status, True), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["few.jsonl", "made.jsonl", "there.npz"]
