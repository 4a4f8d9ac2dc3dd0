"""The command: parses, calls, prints. A command is a file of its own, listed once, here."""

from __future__ import annotations

from typing import Annotated

import typer

from cleaner import collector
from cleaner.cli.clean import clean_command
from cleaner.cli.diff import diff_command
from cleaner.cli.evaluate import evaluate_command
from cleaner.cli.explain import explain_command
from cleaner.cli.filter import filter_command
from cleaner.cli.ray import ray_command
from cleaner.cli.report import report_command
from cleaner.cli.rules import rules_app
from cleaner.cli.serve import serve_command
from cleaner.cli.sites import sites_app
from cleaner.cli.train import train_command

app = typer.Typer(
    name="cleaner",
    help="Takes the debris out of scraped news articles, and says what it took and why.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)

app.command("clean")(clean_command)
app.command("explain")(explain_command)
app.command("report")(report_command)
app.command("diff")(diff_command)
app.command("ray")(ray_command)
app.command("filter")(filter_command)
app.command("serve")(serve_command)
app.command("evaluate")(evaluate_command)
app.command("train")(train_command)
app.add_typer(rules_app)
app.add_typer(sites_app)


def _version(value: bool) -> None:
    if value:
        from cleaner import __version__

        typer.echo(f"cleaner {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Takes the debris out of scraped news articles, and says what it took and why."""
    collector.relax()
