"""The learned detector without its training: lines as arrays, features, the network, the weights file."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import ROOT, SEED, load_cases
from hypothesis import example, given
from hypothesis import strategies as st
from models import random_arrays, random_model, random_tables, written
from numpy.typing import NDArray
from test_laws import PAGES, TEXTS
from typer.testing import CliRunner

from cleaner import Cleaner, Failure, InputError, clean
from cleaner.cli import app
from cleaner.decide import decide
from cleaner.detect.encode import LONGEST, STEM, encode, grams
from cleaner.detect.features import COLUMN, FEATURES, HEADS, LIKES, PAGE_HEADS, Batch, features
from cleaner.detect.learned import (
    FORMAT,
    WEIGHTS,
    bridged,
    by_table,
    default_model,
    load_model,
    model_at,
    with_opinion,
    without_comments,
)
from cleaner.detect.network import Network
from cleaner.detect.tree import MOST_REMEMBERED
from cleaner.model import Document, Evidence
from cleaner.read import read

DATA = resources.files("cleaner.rules") / "data"
SHIPPED = Path(str(DATA / WEIGHTS))
TABLES = random_tables()


# --- lines as arrays --------------------------------------------------------------------------------


def words_of(*texts: str) -> list[int]:
    """Number of words of each line."""
    return np.diff(encode(texts).first_word).tolist()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \t", 0),
        ("...", 0),
        ("The rain ended.", 3),
        ("don't", 2),
        ("42nd of 2013", 3),
        ("Příliš žluťoučký kůň", 3),
        ("e\u0301te\u0301", 1),
        ("河水回落", 4),
        ("NHKは東京", 4),
        ("ข่าว", 4),
        ("한국어 뉴스", 2),
        ("قال إن", 2),
        ("\ud800", 0),
        ("a\ud800b", 2),
        ("😀😀", 0),
        ("𝒜lpha", 1),
        ("x" * 5000, 1),
    ],
)
def test_words_are_counted_as_expected(text: str, count: int) -> None:
    assert words_of(text) == [count]
    assert words_of("", text, "", "one") == [0, count, 0, 1]


def test_no_lines_and_empty_lines_are_encoded() -> None:
    assert encode([]).count == 0
    lines = encode(["", ""])
    assert lines.sizes.tolist() == [0, 0]
    assert len(lines.words) == 0
    assert lines.first_word.tolist() == [0, 0, 0]


def test_case_and_digits_make_no_other_word() -> None:
    upper, lower, other = encode(["Straße 12", "straße 99", "strasse 12"]).words.reshape(3, 2).tolist()
    assert upper == lower
    assert other != lower


def test_the_dotted_capital_i_keeps_a_word_of_its_own() -> None:
    dotted, plain = encode(["İstanbul", "istanbul"]).words.tolist()  # its small letter is two characters
    assert dotted != plain
    assert encode(["İstanbul"]).word_size.tolist() == [8]


def test_a_word_is_the_same_wherever_it_stands() -> None:
    alone = encode(["河", "river"])
    among = encode(["x", "the river 河 fell", "river"])
    assert alone.words[0] in among.words.tolist()
    assert among.words.tolist().count(int(alone.words[1])) == 2


def test_only_longer_words_have_stems_and_only_their_beginning_counts() -> None:
    assert encode(["a" * STEM, "a" * (STEM + 1)]).stems.astype(bool).tolist() == [False, True]
    one, two = encode(["reading", "reader"]).stems.tolist()
    three = encode(["reasons"]).stems.tolist()[0]
    assert one != two
    assert encode(["subscriber", "subscribed"]).stems.tolist()[0] == encode(["subscribed"]).stems.tolist()[0]
    assert three not in (one, two)


def test_a_word_counts_up_to_its_longest_beginning() -> None:
    same, longer = encode(["x" * LONGEST, "x" * (LONGEST + 9)]).words.tolist()
    assert same == longer
    assert encode(["x" * (LONGEST - 1)]).words.tolist() != [same]


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=60), max_size=8))
@example([""])
@example(["\ud800", "\U0010ffff\U0001f600", "İi", "\x00"])
@example(["a" * 300, "", "字" * 50])
def test_any_lines_are_encoded(texts: list[str]) -> None:
    lines = encode(texts)
    counts = np.diff(lines.first_word)
    assert len(counts) == len(texts)
    assert counts.sum() == len(lines.words) == len(lines.stems) == len(lines.word_line) == len(lines.word_at)
    for text, count in zip(texts, counts.tolist(), strict=True):
        assert 0 <= count <= len(text)
        assert count >= bool(any(char.isalnum() and ord(char) < 0x10000 and char.isalpha() for char in text))
    assert np.repeat(np.arange(len(texts)), counts).tolist() == lines.word_line.tolist()
    alone = [encode([text]).words for text in texts]
    assert lines.words.tolist() == [word for words in alone for word in words.tolist()]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_every_line_has_its_own_hashed_features_in_any_company(texts: list[str]) -> None:
    texts = [text.replace("\n", " ") for text in texts]
    found = grams(encode(texts), np.zeros(len(texts), np.uint32))
    for n, text in enumerate(texts):
        alone = grams(encode([text]), np.zeros(1, np.uint32))
        assert sorted(alone.buckets.tolist()) == sorted(found.buckets[found.lines == n].tolist())


# --- features ---------------------------------------------------------------------------------------


def documents(sources: list[tuple[str, str]]) -> list[Document]:
    read_all = [read(source, kind=kind, max_chars=10**7) for source, kind in sources]  # type: ignore[arg-type]
    return [document for document in read_all if document.blocks]


def assert_same_rows(found: list[Document]) -> None:
    if not found:
        return
    first = features(found, TABLES)
    log_odds = glance(first)
    for batch in (first, first.again(log_odds)):
        assert batch.x.shape == (sum(len(document.blocks) for document in found), len(FEATURES))
        assert np.isfinite(batch.x).all()
    for n, document in enumerate(found):
        mine = slice(first.bounds[n], first.bounds[n + 1])
        assert (first.document[mine] == n).all()
        alone = features([document], TABLES)
        for one, many in ((alone, first), (alone.again(log_odds[mine]), first.again(log_odds))):
            off = (one.x != many.x[mine]).any(0)
            assert not off.any(), [FEATURES[column] for column in np.flatnonzero(off)]


def glance(batch: Batch) -> NDArray[np.float32]:
    """Something like a first judgement."""
    return batch.x[:, COLUMN["head0"]] * 5 - batch.x[:, COLUMN["link_share"]]


CASES = load_cases()


@pytest.mark.parametrize("kind", ["text", "html"])
def test_cases_in_a_batch_have_the_rows_that_each_has_alone(kind: str) -> None:
    assert_same_rows(documents([(case.source, case.kind) for case in CASES if case.kind == kind]))


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_texts_in_a_batch_have_the_rows_that_each_has_alone(sources: list[str]) -> None:
    assert_same_rows(documents([(source, "text") for source in sources]))


@given(st.lists(PAGES, min_size=1, max_size=4))
@example(["<p>x", "<title>x</title><article class='comments'><article>x</article>y</article>", "x"])
def test_pages_in_a_batch_have_the_rows_that_each_has_alone(sources: list[str]) -> None:
    assert_same_rows(documents([(source, "html") for source in sources]))


def test_texts_and_pages_may_share_a_batch() -> None:
    page = (
        "<body><div class='x'><p>The rain had stopped by noon, and the river began to fall again.</p><p>Home</p></div>"
    )
    text = "The rain had stopped by noon, and the river began to fall again.\n\nHome"
    assert_same_rows(documents([(page, "html"), (text, "text"), (page, "html")]))


def test_a_second_look_sees_what_the_first_judgement_says() -> None:
    page = "<ul>" + "<li>The rain had stopped by noon.</li>" * 3 + "</ul><p>The river began to fall again.</p>"
    first = features(documents([(page, "html")]), TABLES)
    assert not first.x[:, COLUMN["glance"]].any()
    kept = first.again(np.array([9, 9, -9, -9], np.float32))
    assert kept.x[:, COLUMN["glance"]].tolist() == [2, 2, -2, -2]
    assert kept.x[:, COLUMN["siblings_content"]].round(2).tolist() == [0.5, 0.5, 1, 0]
    assert kept.x[:, COLUMN["content0"]].round(2).tolist() == [1, 1, 0, 0], "each item is an element of its own"
    third = kept.again(np.array([-9, 9, -9, -9], np.float32)).x
    assert (third == first.again(np.array([-9, 9, -9, -9], np.float32)).x).all(), "whatever was seen before"


def test_pages_are_looked_at_twice_and_texts_once() -> None:
    model = random_model()
    mixed = documents(
        [("<p>The rain had stopped by noon.</p><p>Home</p>", "html"), ("The river fell.\n\nHome", "text")]
    )
    together = model.batch(mixed)
    for n, document in enumerate(mixed):
        mine = slice(together.bounds[n], together.bounds[n + 1])
        assert (together.x[mine] == model.batch([document]).x).all()
    assert together.x[:2, COLUMN["glance"]].all()
    assert not together.x[2:, COLUMN["glance"]].any()


def test_columns_about_elements_are_zero_in_text() -> None:
    x = features(documents([(SEED.read_text("utf8"), "text")]), TABLES).x
    about_elements = "element_any depth in_article mass0 content3 uncommented"
    for name in (*about_elements.split(), "html", "glance", "opinion_known"):
        assert not x[:, COLUMN[name]].any(), name


def test_lines_of_a_text_are_told_by_those_like_them() -> None:
    text = "Cost of rope: $15\nThe rain had stopped by noon.\nCost of rope: $40\nMend harbor\n—\n—\nPaint harbor"
    x = features(documents([(text, "text")]), TABLES).x
    likes = [x[:, COLUMN[f"{name}_number"]].tolist() for name in LIKES]
    assert likes == [[0.25, 0, 0.25, 0, 0, 0, 0], [0.25, 0, 0.25, 0.25, 0, 0, 0.25]]


def test_what_words_say_of_the_lines_around_is_told_of_texts_only() -> None:
    page, text = documents(
        [("<p>The rain had stopped by noon.</p>", "html"), ("The rain had stopped by noon.", "text")]
    )
    around = slice(COLUMN[f"head{PAGE_HEADS}"], COLUMN[f"head{HEADS - 1}"] + 1)
    assert features([text], TABLES).x[0, around].all()
    assert not features([page], TABLES).x[0, around].any()
    assert features([page, text], TABLES).x[:, around].any(1).tolist() == [False, True]


def test_an_opinion_is_written_into_its_columns_only() -> None:
    batch = features(documents([("one\n\ntwo\n\nthree", "text")]), TABLES)
    advised = with_opinion(batch, [True, False, True])
    assert advised.x[:, COLUMN["opinion_keeps"]].tolist() == [1, -1, 1]
    assert advised.x[:, COLUMN["opinion_known"]].tolist() == [1, 1, 1]
    assert np.flatnonzero((advised.x != batch.x).any(0)).tolist() == [COLUMN[f"opinion_{name}"] for name in
                                                                     ("known", "keeps", "share")]  # fmt: skip


def test_a_batch_has_the_answers_that_each_source_has_alone() -> None:
    sources: list[str | bytes] = [case.source for case in CASES] + [SEED.read_bytes(), b"", b"\x00\x01\x02\x03"]
    together = Cleaner().clean_batch(sources * 2)
    assert len(together) == 2 * len(sources)
    for n, answer in enumerate(together):
        if isinstance(answer, Failure):
            assert sources[n % len(sources)] == b"\x00\x01\x02\x03"
            assert answer.key == str(n)
        else:
            assert answer == clean(sources[n % len(sources)])


def test_every_source_of_a_batch_fails_where_weights_are_missing() -> None:
    answers = Cleaner(weights="no such file").clean_batch(["The rain had stopped by noon.", "The river fell."])
    assert [str(answer.error) for answer in answers if isinstance(answer, Failure)] == [
        "no such file: can't be read: No such file or directory"
    ] * 2


# --- network ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 99))
def test_documents_in_a_batch_are_judged_as_each_is_alone(sizes: list[int], seed: int) -> None:
    network = Network.of(random_arrays())
    x = np.random.default_rng(seed).standard_normal((sum(sizes), len(FEATURES))).astype(np.float32)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    together = network(x, bounds)
    assert together.shape == (sum(sizes),)
    for start, end in pairwise(bounds.tolist()):
        alone = network(x[start:end], np.array([0, end - start]))
        assert (alone == together[start:end]).all()


def test_a_block_is_judged_by_its_neighbours_too() -> None:
    network = Network.of(random_arrays())
    x = np.zeros((9, len(FEATURES)), np.float32)
    other = x.copy()
    other[8, 0] = 1
    bounds = np.array([0, 9])
    assert (network(x, bounds)[:8] != network(other, bounds)[:8]).any()


# --- weights file -----------------------------------------------------------------------------------


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = random_model()
    loaded = model_at(str(written(model, tmp_path / "weights.npz")))
    seed = documents([(SEED.read_text("utf8"), "text")])
    batch = features(seed, model.tables)
    assert np.abs(features(seed, loaded.tables).x - batch.x).max() < 1e-2
    assert np.abs(loaded.judge(batch) - model.judge(batch)).max() < 0.05  # networks are kept in 16 bits
    assert np.abs(loaded.glance(batch.x, batch.bounds) - model.glance(batch.x, batch.bounds)).max() < 0.05
    assert (loaded.tables.words == model.tables.words).all()
    again = written(loaded, tmp_path / "again.npz")
    assert again.read_bytes() == (tmp_path / "weights.npz").read_bytes()


def damaged(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    with np.load(path) as arrays:
        held = dict(arrays)
    change(held)
    np.savez(path, **held)
    return path


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another format": lambda held: held.update(format=np.array(FORMAT + 1)),
    "other features": lambda held: held.update(features=held["features"][:-1]),
    "features in another order": lambda held: held.update(features=held["features"][::-1]),
    "no words": lambda held: held.pop("words"),
    "a network too few": lambda held: held.update({"html.networks": np.array(3)}),
    "a pickle inside": lambda held: held.update({"text.surrogate": np.array([print, None], object)}),
    "text for a number": lambda held: held.update(element_bias=np.array("much")),
    "a row for a number": lambda held: held.update({"text.networks": np.array([1, 2])}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_weights_of_another_make_are_refused_by_name(name: str, tmp_path: Path) -> None:
    path = damaged(written(random_model(), tmp_path / "weights.npz"), CHANGES[name])
    with pytest.raises(InputError, match=r"weights\.npz: .*cleaner train"):
        model_at(str(path))


def test_files_that_are_no_weights_are_refused_by_name(tmp_path: Path) -> None:
    whole = written(random_model(), tmp_path / "weights.npz").read_bytes()
    array = io.BytesIO()
    np.save(array, np.arange(3))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("format.npy", str(FORMAT))
    bad = [b"", b"PK", b"<html>", whole[:100], whole[: len(whole) // 2], whole[:-1], whole[100:], array.getvalue(),
           archive.getvalue(), b"\x80\x04N."]  # fmt: skip
    for data in bad:
        with pytest.raises(InputError, match="bad file: no weights of cleaner"):
            load_model(io.BytesIO(data), "bad file")


def test_a_changed_byte_raises_nothing_but_a_clear_error(tmp_path: Path) -> None:
    whole = written(random_model(1), tmp_path / "weights.npz").read_bytes()
    refused = 0
    for place in range(0, len(whole), len(whole) // 60):
        data = bytearray(whole)
        data[place] ^= 0x55
        try:
            load_model(io.BytesIO(bytes(data)), "bad file")
        except InputError:
            refused += 1
    assert refused > 30


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(InputError, match="can't be read"):
            model_at(str(path))


# --- weights of one's own ---------------------------------------------------------------------------


def test_the_line_takes_weights_of_ones_own(tmp_path: Path) -> None:
    path = written(random_model(), tmp_path / "weights.npz")
    for source in (SEED.read_text("utf8"), "<h1>Rain ends</h1><p>The rain had stopped by noon.</p><nav>Home</nav>"):
        article = clean(source, weights=str(path))
        assert article == clean(source, weights=str(path))
        assert article.body or article.removed


def test_the_commands_take_weights_of_ones_own(tmp_path: Path) -> None:
    path = written(random_model(), tmp_path / "weights.npz")
    for command in ("clean", "explain"):
        done = CliRunner().invoke(app, [command, str(SEED), "--weights", str(path)])
        assert done.exit_code == 0, done.stderr
    done = CliRunner().invoke(app, ["clean", str(SEED), "--weights", str(path)])
    assert done.stdout == clean(SEED.read_bytes(), weights=str(path)).text + "\n"


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_wrong_weights_are_wrong_usage(command: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_text("weights")
    for path, said in ((bad, "not an array file"), (tmp_path / "none.npz", "can't be read")):
        done = CliRunner().invoke(app, [command, str(SEED), "--weights", str(path)])
        assert done.exit_code == 2
        assert done.stderr.startswith(f"error: {path}: ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


# --- the weights that come with the package ---------------------------------------------------------


def test_the_weights_are_those_that_are_written_down() -> None:
    noted = json.loads((DATA / "learned.json").read_text("utf8"))
    data = SHIPPED.read_bytes()
    assert noted["sha256"] == hashlib.sha256(data).hexdigest()
    assert len(data) <= 5_000_000
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        about = {name.removeprefix("about."): str(arrays[name]) for name in arrays.files if name.startswith("about.")}
    assert noted["credit"]
    for name in ("credit", "pages"):
        assert str(noted[name]) == about.get(name, str(noted[name]))


def test_the_weights_know_an_article_from_a_list_of_links() -> None:
    page = (
        "<nav><a href='/'>Home</a> <a href='/s'>Sport</a></nav><article><h1>Rain ends</h1>"
        "<p>The rain had stopped by noon on Tuesday, and the river, which had risen for three days, began to fall.</p>"
        "<p>The mayor said that the bridge would open in the morning, a day earlier than the engineers had planned."
        "</p></article>"
    )
    document = read(page, kind="html", max_chars=10**7)
    batch: Batch = default_model().batch([document])
    kept = dict(zip([block.text[:8] for block in document.blocks], default_model().judge(batch) > 0, strict=True))
    assert kept["The rain"]
    assert kept["The mayo"]
    assert not kept[document.blocks[0].text[:8]]


# --- likes ------------------------------------------------------------------------------------------


def verdicts_of(page: str, scores: list[float]) -> list[tuple[bool, list[str]]]:
    """For each block, whether it stays and the rules of its evidence, where a detector gives it a score."""
    document = read(page, kind="html", max_chars=10_000)
    assert len(document.blocks) == len(scores)
    evidence = [Evidence(n, "learned", "learned.debris", score, "looks so") for n, score in enumerate(scores)]
    return [(verdict.keep, [item.rule for item in verdict.evidence]) for verdict in decide(document, evidence)]


def test_an_unsure_block_goes_with_those_like_it() -> None:
    page = (
        "<div>"
        + "<p class=a>The rain had stopped.</p>" * 3
        + "<p class=b>The river fell.</p></div><div><p>So.</p></div>"
    )
    kept = verdicts_of(page, [0.02, 0.02, 0.02, 0.62, 0.62])
    assert kept[3] == (True, ["likes.agree", "learned.debris"]), "of one tag in one parent"
    assert kept[4] == (False, ["learned.debris"]), "alone"
    gone = verdicts_of(page, [0.98, 0.98, 0.98, 0.5, 0.5])
    assert [keep for keep, _ in gone] == [False] * 4 + [True]


def test_what_looks_the_same_elsewhere_is_like_it() -> None:
    row = "<section class=s><div class=c><p class=x>The rain had stopped.</p></div></section>"
    assert [keep for keep, _ in verdicts_of(row * 4, [0.98, 0.98, 0.98, 0.5])] == [False] * 4
    other = row.replace("class=s", "class=t")
    assert [keep for keep, _ in verdicts_of(row * 3 + other, [0.98, 0.98, 0.98, 0.5])] == [False] * 3 + [True]


def test_a_sure_block_is_not_told_by_others() -> None:
    page = "<div>" + "<p>The rain had stopped.</p>" * 4 + "</div>"
    assert [keep for keep, _ in verdicts_of(page, [0.02, 0.02, 0.02, 0.93])] == [True] * 3 + [False]


def commented_page(paragraphs: int) -> tuple[Batch, NDArray[np.float32]]:
    """A page with so many paragraphs of twenty words, and two comments under them."""
    body = "".join(f"<p>{' '.join(['word'] * 19)} {n}.</p>" for n in range(paragraphs))
    comments = f"<ol class='comments'><li><p>{' '.join(['word'] * 19)} yes.</p><li><p>I agree with you.</p></ol>"
    page = read(f"<article>{body}</article>{comments}", kind="html", max_chars=100_000)
    batch = features([page], TABLES)
    return batch, np.ones(len(page.blocks), np.float32)


def test_beside_an_article_comments_count_less() -> None:
    batch, content = commented_page(30)
    assert without_comments(batch, content).tolist() == [1.0] * 30 + [-3.0] * 2
    batch, content = commented_page(3)  # where they may be all there is
    assert without_comments(batch, content).tolist() == [1.0] * 5


def test_an_unsure_short_line_between_lines_of_the_article_is_neutral() -> None:
    long = " ".join(["word"] * 19) + " end."
    batch = features(
        [read("\n\n".join([long, "A heading", long, "Another", long]), kind="text", max_chars=9_000)], TABLES
    )
    assert bridged(batch, np.array([2, -0.5, 1, -3, 2], np.float32)).tolist() == [2, 0.5, 1, -3, 2]
    assert bridged(batch, np.array([2, -0.5, -1, -0.5, 2], np.float32)).tolist() == [2, -0.5, -1, -0.5, 2]


def test_the_cells_of_a_table_stay_or_go_as_one() -> None:
    rows = "".join(f"<tr><td><p>Row {n}</p></td><td><p>Value of it</p></td></tr>" for n in range(2))
    paragraph = f"<p>{' '.join(['word'] * 30)}.</p>"
    page = read(f"{paragraph}<table>{rows}</table>{paragraph}", kind="html", max_chars=9_000)
    content = np.array([3, -1, 2, 2, 2, 3], np.float32)
    settled = by_table(page, features([page], TABLES), content)
    assert settled[1] > 0
    assert settled[[0, 5]].tolist() == [3, 3]
    assert all(settled[2:5] > 0)
    alone = read(f"<table>{rows}</table>", kind="html", max_chars=9_000)  # lays out a page
    assert by_table(alone, features([alone], TABLES), content[1:5]).tolist() == [-1, 2, 2, 2]


def test_a_reason_says_on_which_side_of_the_article_a_block_stands() -> None:
    said = {"most of the article stands above it": 0, "most of the article stands below it": 0}
    for path in sorted((ROOT / "fixtures").rglob("*.txt")):
        article = clean(path.read_bytes())
        body = [block for part in article.body if part.in_text for block in part.blocks]
        for item in article.removed if body else ():
            for why in said.keys() & set(item.why.split("; ")):
                said[why] += 1
                assert item.block > min(body) if "above" in why else item.block < max(body), (path.name, item)
    assert min(said.values()) > 0


def test_a_batch_is_as_each_alone_where_the_memo_of_elements_runs_over() -> None:
    pages = [
        f"<div class='a{n}'><p class='b{n}'>The rain had stopped by noon.</p><p>Home {n}</p></div>" for n in range(3)
    ]
    found = documents([(page, "html") for page in pages])
    memo = TABLES.memo
    for n in range(MOST_REMEMBERED - 1 - len(memo)):
        _ = memo["p", f"filler{n}"]
    together = features(found, TABLES)
    assert len(memo) > MOST_REMEMBERED
    for n, document in enumerate(found):
        assert (together.x[together.rows(n)] == features([document], TABLES).x).all()
