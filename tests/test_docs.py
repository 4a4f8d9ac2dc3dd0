"""The documentation is true: its commands and its Python run, and nothing that a user can say is missing from it.

Code blocks of README.md, CONTRIBUTING.md and docs/*.md: `console` blocks are run in a copy of the project, a page's
blocks in one copy and in their order, each line that begins with `$ ` (a line ending in a backslash goes on), and what
stands under a command must be what it prints (`...` for what differs); `python` blocks are doctests where they have
prompts, else run as they are, and share their names within a page. Blocks with other names (`text`, `sh`, `toml`) are
not run. A page whose Python needs an extra that is not installed is skipped.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from cases import ROOT

from cleaner.cli import app

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
NEEDED = ("README.md", "seeds", "fixtures/gold", "fixtures/en", "cleaner/article.schema.json")
ENOUGH = 300
"""Seconds that a command may take before it is taken to hang."""


def blocks(page: Path, name: str) -> list[str]:
    return [code for info, code in FENCE.findall(page.read_text("utf8")) if info.strip() == name]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the commands of a page work on, with a `cleaner` on the path."""
    for name in NEEDED:
        source, target = ROOT / name, tmp_path / "project" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    command = tmp_path / "bin" / "cleaner"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleaner "$@"\n')
    command.chmod(0o755)
    return tmp_path / "project"


def commands(block: str) -> list[tuple[str, str]]:
    """(command, output that is shown) of each command of a console block."""
    parts = re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.M)[1:]
    return [(first, rest) for first, _, rest in (part.partition("\n") for part in parts)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_the_documentation_run(page: Path, copy: Path) -> None:
    path = f"{copy.parent / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    python = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": python, "COLUMNS": "160", "NO_COLOR": "1"}
    compare = doctest.OutputChecker()
    for block in blocks(page, "console"):
        for command, shown in commands(block):
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", command], cwd=copy, env=environment, check=False, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=ENOUGH,
            )  # fmt: skip
            assert done.returncode == 0, (command, done.stdout)
            if shown.strip():
                flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
                assert compare.check_output(shown, done.stdout, flags), (command, shown, done.stdout)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_of_the_documentation_runs(page: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, block in enumerate(blocks(page, "python")):
        try:
            if ">>> " in block:
                test = doctest.DocTestParser().get_doctest(block, names, f"{name_of(page)}[{number}]", str(page), 0)
                said: list[str] = []
                runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
                outcome = runner.run(test, out=said.append, clear_globs=False)
                if "ModuleNotFoundError" in "".join(said):
                    pytest.skip("needs an extra that is not installed")
                assert outcome.failed == 0, "".join(said)
                names.update(test.globs)
            else:
                exec(compile(block, str(page), "exec"), names)
        except ModuleNotFoundError as error:
            pytest.skip(f"needs {error.name}")


def said_of(command: str) -> str:
    """The sections of all pages that name a command."""
    sections = [section for page in PAGES for section in re.split(r"^(?=## )", page.read_text("utf8"), flags=re.M)]
    return "\n".join(section for section in sections if re.search(rf"cleaner {command}\b", section))


def all_commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """(name, command) of everything that `cleaner` understands, those of groups such as `sites learn` too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from all_commands(command, f"{before}{name} ")
        else:
            yield before + name, command


COMMANDS: list[tuple[str, Any]] = list(all_commands(typer.main.get_command(app)))


def options() -> list[tuple[str, str]]:
    """(command, its options that mean the same, with blanks)."""
    return [
        (name, " ".join((*option.opts, *option.secondary_opts)))
        for name, command in COMMANDS
        for option in command.params
        if option.param_type_name == "option" and "--help" not in option.opts
    ]


def test_every_command_has_help_and_is_documented() -> None:
    assert [name for name, command in COMMANDS if not command.help] == []
    assert [name for name, _ in COMMANDS if not said_of(name)] == []


def test_every_option_is_documented_where_its_command_is() -> None:
    def documented(option: str, command: str) -> bool:
        return re.search(rf"(?<![\w-]){option}(?![\w-])", said_of(command)) is not None

    missing = [
        (command, spelled)
        for command, spelled in options()
        if not any(documented(option, command) for option in spelled.split())
    ]
    assert missing == []


def test_links_of_the_documentation_lead_somewhere() -> None:
    targets = [(page, found) for page in PAGES for found in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf8"))]
    broken = [(page, found) for page, found in targets if "://" not in found and not (page.parent / found).exists()]
    assert broken == []


def test_every_guide_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf8")
    assert [page.name for page in PAGES[1:] if page.name not in readme] == []
