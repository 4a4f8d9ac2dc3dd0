"""The command: what goes where, what it exits with, what it says when something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cases import ROOT, SEED
from typer.testing import CliRunner, Result

from cleaner import clean
from cleaner.cli import app

PAGE = "<html><body><h1>Rain ends</h1><p>The rain had stopped by noon, and the river began to fall.</p></body></html>"


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good sources in a tree, and files that are not for us."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "seed.txt").write_bytes(SEED.read_bytes())
    (tmp_path / "in" / "deep" / "seed.html").write_text(PAGE)
    (tmp_path / "in" / "picture.png").write_bytes(b"\x89PNG\x00\x00")
    return tmp_path


def test_text_goes_to_stdout_and_nothing_else() -> None:
    result = run("clean", SEED)
    assert result.exit_code == 0
    assert result.stdout == clean(SEED.read_bytes()).text + "\n"
    assert result.stderr == ""


def test_standard_input_is_read_when_no_path_is_given() -> None:
    assert run("clean", stdin=PAGE.encode()).stdout == run("clean", "-", stdin=PAGE.encode()).stdout
    assert "river began" in run("clean", stdin=PAGE.encode()).stdout


def test_json_is_what_the_library_gives() -> None:
    assert json.loads(run("clean", SEED, "-f", "json").stdout) == clean(SEED.read_bytes()).to_dict()


def test_jsonl_has_a_line_a_document_that_names_its_source(folder: Path) -> None:
    result = run("clean", folder / "in", "-f", "jsonl")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(row["source"]).name for row in rows] == ["seed.html", "seed.txt"]
    assert "2 cleaned" in result.stderr


def test_a_folder_is_mirrored_under_the_names_of_its_files(folder: Path) -> None:
    out = folder / "out"
    result = run("clean", folder / "in", "-f", "md", "-o", out)
    assert result.exit_code == 0, result.stderr
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == ["deep/seed.html.md", "seed.txt.md"]
    assert (out / "seed.txt.md").read_text().startswith("# Syrian and Iraqi jihadists")


def test_nothing_is_overwritten_unless_told(folder: Path) -> None:
    out = folder / "out"
    assert run("clean", folder / "in", "-o", out).exit_code == 0
    again = run("clean", folder / "in", "-o", out)
    assert again.exit_code == 1
    assert "exists already (use --overwrite)" in again.stderr
    assert run("clean", folder / "in", "-o", out, "--overwrite").exit_code == 0
    single = folder / "one.txt"
    single.write_text("mine")
    assert run("clean", SEED, "-o", single).exit_code == 2
    assert single.read_text() == "mine"


def test_two_sources_of_the_same_name_never_share_an_output(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "seed.txt").write_text("Another text, which must not replace the first one.")
    result = run("clean", folder / "in" / "seed.txt", other / "seed.txt", "-o", folder / "out")
    assert result.exit_code == 1
    assert "was written for another source of this run" in result.stderr
    assert "jihadi" in (folder / "out" / "seed.txt.txt").read_text()


def test_bad_files_get_one_clear_line_each_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b" \n")
    (folder / "binary.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
    result = run("clean", folder / "no.txt", folder / "empty.txt", folder / "binary.txt", SEED)
    assert result.exit_code == 1
    assert "jihadi" in result.stdout
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert errors == [
        f"error: {folder}/no.txt: no such file",
        f"error: {folder}/empty.txt: empty file",
        f"error: {folder}/binary.txt: binary data, not text (give text or HTML)",
    ]
    assert result.stderr.splitlines()[-1] == "1 cleaned, 3 failed"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    secret.chmod(0)
    assert "can't be read: Permission denied" in run("clean", secret).stderr


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    assert run("clean", "--format", "yaml").exit_code == 2
    assert run("clean", SEED, "--dateline", "drop").exit_code == 2
    assert run("nonsense").exit_code == 2
    assert run("clean", SEED, "-o", tmp_path / "no" / "out.txt").exit_code == 2


def test_an_output_never_replaces_or_feeds_a_source(folder: Path) -> None:
    source = folder / "in" / "seed.txt"
    for arguments in (
        ["-o", source, "--overwrite"],
        ["--removed", source, "--overwrite"],
        ["-o", folder / "x", "--removed", folder / "x"],
    ):
        assert run("clean", source, *arguments).exit_code == 2
    assert source.read_bytes() == SEED.read_bytes()
    assert run("clean", folder / "in", "-o", folder / "in" / "out").exit_code == 2
    assert run("clean", "-", "-", stdin=b"x").exit_code == 2
    assert run("clean", "").exit_code == 2


def test_names_that_no_file_system_takes_are_reported(tmp_path: Path) -> None:
    result = run("clean", "x" * 300)
    assert result.exit_code == 1
    assert "error: " in result.stderr
    assert run("clean", SEED, "--removed", tmp_path / "no" / "x.jsonl").exit_code == 2


def test_an_output_file_is_complete_or_absent(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert run("clean", SEED, "-f", "jsonl", "-o", target).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_json_of_several_sources_is_one_array(folder: Path) -> None:
    assert len(json.loads(run("clean", folder / "in", "-f", "json").stdout)) == 2


def test_removed_pieces_go_to_a_file_of_their_own(tmp_path: Path) -> None:
    target = tmp_path / "removed.jsonl"
    run("clean", SEED, "--removed", target)
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(rows) == 10
    assert rows[0] == {"source": str(SEED), **clean(SEED.read_bytes()).to_dict()["removed"][0]}


def test_quiet_and_verbose() -> None:
    assert run("clean", SEED, SEED, "-q").stderr == ""
    assert "14 paragraphs kept, 10 pieces removed" in run("clean", SEED, "-v").stderr


def test_explain_shows_what_goes_and_why() -> None:
    result = run("explain", SEED)
    assert result.exit_code == 0
    for piece in (
        "BAGHDAD",
        "Share with others:",
        "metered, 2 left, limit reached",
        "meter · en.meter",
        "14 parts kept, 10 removed",
    ):
        assert piece in result.stdout


def test_what_is_shown_in_a_terminal_can_not_steer_it(tmp_path: Path) -> None:
    evil = tmp_path / "evil\x1b]0;title\x07.txt"
    evil.write_text(
        "Rain ends\x1b[2J\n\nShare on Facebook \x1b[31m\n\nThe rain had stopped by noon, and the river fell.\n"
    )
    shown = run("explain", evil)
    failed = run("explain", f"{evil}.missing")
    assert "Rain ends" in shown.output and "no such file" in failed.output
    assert "\x1b" not in shown.output + failed.output


def test_explain_names_what_it_cannot_read(tmp_path: Path) -> None:
    result = run("explain", tmp_path / "no.txt")
    assert result.exit_code == 1
    assert "no such file" in result.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("cleaner 0.")
    assert "explain" in run("--help").stdout


def test_colour_is_off_where_no_colour_is_asked_for() -> None:
    command = [sys.executable, "-m", "cleaner", "explain", str(SEED)]
    environment = {**os.environ, "NO_COLOR": "1"}
    plain = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    assert "\x1b[" not in plain.stdout


def test_a_closed_pipe_ends_quietly() -> None:
    script = f"{sys.executable} -m cleaner clean {SEED} {SEED} {SEED} | head -c 10"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout == "BAGHDAD --"
    assert "Traceback" not in done.stderr
