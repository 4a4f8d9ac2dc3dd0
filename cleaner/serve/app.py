"""The service as an ASGI application: documents come in by POST, articles go out as JSON.

Documents are cleaned in worker processes with a limit of time and memory each. What is too much is refused: bodies over
the limit with 413, requests over the limit with 503, documents that take too long with 504.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, field, fields
from importlib import resources
from typing import Any, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cleaner import __version__
from cleaner.batch.jobs import Job
from cleaner.batch.workers import WorkerError, Workers
from cleaner.errors import CleanerError, InputError
from cleaner.model import Article, Failure, SourceKind
from cleaner.options import Options
from cleaner.output import json_line
from cleaner.serve.openapi import document

REQUEST_OPTIONS = tuple(
    known.name for known in fields(Options) if known.name not in ("max_chars", "rules", "sites", "weights")
)
"""Options that a request may set: none that names a file of the server."""


ASSETS = {
    "playground.html": ("cleaner.serve", "text/html"),
    "playground.css": ("cleaner.serve", "text/css"),
    "playground.js": ("cleaner.serve", "text/javascript"),
    "document.css": ("cleaner.report", "text/css"),
    "document.js": ("cleaner.report", "text/javascript"),
}
"""The files of the playground, by name: package and media type."""
PLAYGROUND_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the service is run."""

    options: Options = field(default_factory=Options)
    jobs: int = 1
    timeout: float = 30.0
    """Seconds for a document."""
    memory_limit: int | None = 2_000_000_000
    max_bytes: int = 10_000_000
    """Of a document."""
    max_requests: int = 64
    """That are worked on, or wait, at the same time."""


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, error: str, todo: str | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.todo = status, error, todo

    def response(self) -> JSONResponse:
        headers = {"Retry-After": "1"} if self.status == 503 else None
        return JSONResponse({"error": self.error, "todo": self.todo}, self.status, headers)


class Lines(Response):
    """Lines that are sent while the body of the request is still read: Starlette's own streaming response waits on the
    same channel for the client to go, and would take parts of the body away."""

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__(media_type="application/x-ndjson")
        self.lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/x-ndjson")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with aclosing(cast("AsyncGenerator[bytes, None]", self.lines)) as lines:
            async for line in lines:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Service:
    """The state of a running service: its workers and what it has counted."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers: Workers | None = None
        self.open = 0
        self.registry = CollectorRegistry()
        self.requests = Counter("cleaner_requests", "Requests", ["path", "status"], registry=self.registry)
        self.documents = Counter("cleaner_documents", "Documents", ["result"], registry=self.registry)
        self.seconds = Histogram("cleaner_seconds", "Seconds a document took, waiting included", registry=self.registry)
        self.in_progress = Gauge("cleaner_requests_open", "Requests that are worked on", registry=self.registry)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        settings = self.settings
        self.workers = Workers(
            settings.options, jobs=settings.jobs, timeout=settings.timeout, memory_limit=settings.memory_limit
        )
        try:
            yield
        finally:
            await asyncio.to_thread(self.workers.close)

    # --- requests -----------------------------------------------------------------------------------

    async def clean(self, request: Request) -> Response:
        return await self._guarded(request, self._clean)

    async def clean_batch(self, request: Request) -> Response:
        return await self._guarded(request, self._clean_batch)

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    async def metrics(self, request: Request) -> Response:
        return Response(generate_latest(self.registry), media_type="text/plain; version=0.0.4")

    async def playground(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/") or "playground.html"
        package, kind = ASSETS[name]
        data = (resources.files(package) / name).read_bytes()
        return Response(data, media_type=kind, headers=PLAYGROUND_HEADERS)

    async def openapi(self, request: Request) -> Response:
        return JSONResponse(document(self.settings.max_bytes, REQUEST_OPTIONS))

    async def _guarded(self, request: Request, answer: Any) -> Response:
        """Answer within the limit of requests, and count."""
        path = request.url.path
        if self.open >= self.settings.max_requests:
            self.requests.labels(path, "503").inc()
            return RefusedError(503, "too many requests at the same time", "try again in a second").response()
        self.open += 1
        self.in_progress.inc()
        response: Response | None = None
        try:
            response = await answer(request)
        except RefusedError as refusal:
            response = refusal.response()
        except ClientDisconnect:
            response = Response(status_code=400)
        finally:
            if not isinstance(response, Lines):
                self._done()
        assert response is not None
        self.requests.labels(path, str(response.status_code)).inc()
        return response

    def _done(self) -> None:
        self.open -= 1
        self.in_progress.dec()

    async def _clean(self, request: Request) -> Response:
        body = await self._body(request)
        answer = await self._cleaned(self._job(request, body))
        return JSONResponse(answer.to_dict())

    async def _body(self, request: Request) -> bytes:
        most = self.settings.max_bytes
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise RefusedError(413, f"larger than {most} bytes", "send less")
        return bytes(body)

    def _job(self, request: Request, body: bytes) -> Job:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        url = request.query_params.get("url")
        match kind:
            case "application/json":
                return self._job_of(_loaded(body))
            case "text/html" | "application/xhtml+xml":
                return Job("document", body, url, "html")
            case "text/plain":
                return Job("document", body, url, "text")
        raise RefusedError(415, f"content type {kind or 'missing'}", "send application/json, text/html or text/plain")

    def _job_of(self, record: object) -> Job:
        """The job of a JSON object."""
        if not isinstance(record, dict):
            raise RefusedError(400, "not a JSON object", 'send {"html": "..."} or {"text": "..."}')
        named: list[SourceKind] = [name for name in ("html", "text") if name in record]
        if len(named) != 1 or not isinstance(record[named[0]], str):
            raise RefusedError(400, "neither html nor text, or both", 'send {"html": "..."} or {"text": "..."}')
        url = record.get("url")
        if url is not None and not isinstance(url, str):
            raise RefusedError(400, "url is no text")
        return Job("document", record[named[0]], url, named[0], options=self._options(record.get("options")))

    def _options(self, asked: object) -> Options | None:
        if asked is None:
            return None
        if not isinstance(asked, dict) or not asked.keys() <= set(REQUEST_OPTIONS):
            raise RefusedError(400, "options that are not known", f"known are {', '.join(REQUEST_OPTIONS)}")
        own = self.settings.options
        for name, value in asked.items():
            if type(value) is not (str if name == "now" else type(getattr(own, name))):
                raise RefusedError(400, f"option {name}={value!r}")
        try:
            return Options.of(**asdict(own) | asked)
        except InputError as error:
            raise RefusedError(400, str(error)) from error

    async def _cleaned(self, job: Job) -> Article:
        """The article of a job. Raises RefusedError."""
        assert self.workers is not None
        begun = time.monotonic()
        answer = await asyncio.wrap_future(self.workers.submit(job))
        self.seconds.observe(time.monotonic() - begun)
        self.documents.labels("failed" if isinstance(answer, Failure) else "cleaned").inc()
        if isinstance(answer, Failure):
            raise _refusal_of(answer.error)
        return answer

    # --- many documents -----------------------------------------------------------------------------

    async def _clean_batch(self, request: Request) -> Response:
        return Lines(self._answers(request))

    async def _answers(self, request: Request) -> AsyncIterator[bytes]:
        """A line for each line, in order; as many are at work as keep the workers busy."""
        waiting: deque[asyncio.Task[bytes]] = deque()
        try:
            async for line in _lines(request, self.settings.max_bytes):
                waiting.append(asyncio.create_task(self._answer(line)))
                if len(waiting) > 4 * self.settings.jobs:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        except ClientDisconnect:
            pass
        finally:
            for task in waiting:
                task.cancel()
            self._done()

    async def _answer(self, line: bytes | None) -> bytes:
        identity: dict[str, object] = {}
        try:
            if line is None:
                raise RefusedError(413, f"larger than {self.settings.max_bytes} bytes", "send less")
            record = _loaded(line)
            if isinstance(record, dict) and "id" in record:
                identity = {"id": record.pop("id")}
            article = await self._cleaned(self._job_of(record))
            answer = {**identity, **article.to_dict()}
        except RefusedError as refusal:
            answer = {**identity, "error": refusal.error, "todo": refusal.todo, "status": refusal.status}
        return json_line(answer)


async def _lines(request: Request, most: int) -> AsyncIterator[bytes | None]:
    """The lines of a body as they come; None for one that is too long."""
    held = bytearray()
    over = False
    async for chunk in request.stream():
        held += chunk
        *whole, rest = bytes(held).split(b"\n")
        held = bytearray(rest)
        for line in whole:
            if over or len(line) > most:
                over = False
                yield None
            elif line.strip():
                yield line
        if len(held) > most:
            over = True
            held.clear()
    if over:
        yield None
    elif held.strip():
        yield bytes(held)


def _loaded(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"not JSON: {error}") from error


def _refusal_of(error: Exception) -> RefusedError:
    if isinstance(error, WorkerError):
        status = 504 if error.what.startswith("took over") else 500
        return RefusedError(status, error.what, error.todo)
    if isinstance(error, InputError):
        return RefusedError(422, error.what, error.todo)
    return RefusedError(500, error.what if isinstance(error, CleanerError) else str(error))


def create_app(settings: Settings | None = None) -> Starlette:
    """The application, for any ASGI server."""
    service = Service(settings or Settings())
    routes = [
        Route("/clean", service.clean, methods=["POST"]),
        Route("/clean/batch", service.clean_batch, methods=["POST"]),
        Route("/", service.playground),
        *(Route(f"/{name}", service.playground) for name in ASSETS if name != "playground.html"),
        Route("/healthz", service.health),
        Route("/metrics", service.metrics),
        Route("/openapi.json", service.openapi),
    ]
    return Starlette(routes=routes, lifespan=service.lifespan)
