"""`cleaner serve`: the HTTP service."""

from __future__ import annotations

from typing import Annotated

import typer

from cleaner.cli.common import UsageError, Weights, fail, own_weights, say
from cleaner.errors import InputError


def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8321,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Worker processes.")] = 2,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one document.")] = 30.0,
    max_bytes: Annotated[int, typer.Option(min=1, help="Bytes of one document.")] = 10_000_000,
    max_requests: Annotated[int, typer.Option(min=1, help="Requests at the same time.")] = 64,
    weights: Weights = None,
) -> None:
    """Clean over HTTP: POST /clean and /clean/batch, and /healthz, /metrics, /openapi.json.

    In a browser, / is a playground: paste a text or drop a file, and see it cleaned.

    Needs the extra `serve` of article-cleaner. Exit status: 1 the port can't be had, 2 wrong usage; else that of the
    signal which ended it.
    """
    try:
        import uvicorn

        from cleaner.serve.app import Settings, create_app
    except ModuleNotFoundError as error:
        fail(UsageError(f"{error.name} is not installed", todo="pip install 'article-cleaner[serve]'"))
    from cleaner.options import Options

    try:
        options = Options.of(weights=own_weights(weights))
    except InputError as error:
        fail(error)
    settings = Settings(options=options, jobs=jobs, timeout=timeout, max_bytes=max_bytes, max_requests=max_requests)
    say(f"listening on http://{host}:{port} (Ctrl-C ends)")
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning", timeout_graceful_shutdown=10)
