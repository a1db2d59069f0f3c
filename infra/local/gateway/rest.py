"""The gateway's REST API: HTTP request -> proxy event -> the app -> HTTP answer.

`chalice.local.LocalGateway` is not used, because it drops repeated headers, has no request id, cuts
a path at `;` and passes bodies as bytes.
"""

import base64
import gzip
import json
import logging
from uuid import uuid4

from chalice.app import Chalice, CORSConfig
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from infra.gateway_responses import RESPONSES
from infra.local.gateway.limits import Limits
from infra.local.gateway.proxy_events import raw_path, rest_event
from infra.local.gateway.routes import Match, Routes
from infra.local.invocation import Event, HandlerTimedOut, LambdaContext, Workers, invoke

log = logging.getLogger(__name__)

BODYLESS = (204, 304)


class UnsupportedRoute(Exception):
    """This gateway would serve the route differently from API Gateway."""


class RestApi:
    """An ASGI application that serves the routes of a Chalice app."""

    def __init__(self, app: Chalice, workers: Workers, limits: Limits, stage: str) -> None:
        _refuse_authorizers(app)
        self._app = app
        self._workers = workers
        self._limits = limits
        self._stage = stage
        self._routes = Routes(app.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid4())
        answer = await self._answer(Request(scope, receive), request_id)
        answer.headers["x-amzn-RequestId"] = request_id
        await answer(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> Response:
        body = await _body(request, self._limits.request_bytes)
        if body is None:
            return _own("REQUEST_TOO_LARGE", request_id)
        match = self._routes.match(raw_path(request.scope))
        methods = self._app.routes.get(match.resource, {})
        cors = self._cors(match)
        if request.method == "OPTIONS" and "OPTIONS" not in methods and cors:
            return _preflight(cors, list(methods))
        return await self._integrate(request, match, body, request_id)

    async def _integrate(
        self, request: Request, match: Match, body: bytes, request_id: str
    ) -> Response:
        event = rest_event(
            request.scope,
            resource=match.resource,
            path_parameters=match.parameters,
            body=body,
            binary_types=self._app.api.binary_types,
            request_id=request_id,
            stage=self._stage,
        )
        context = LambdaContext(self._app.app_name)
        try:
            answer = await self._workers.run(
                lambda: invoke(self._app, event, context), self._limits.integration_seconds
            )
            return _compressed(_response(answer), request, self._limits.compress_bytes)
        except HandlerTimedOut:
            return _own("INTEGRATION_TIMEOUT", request_id)
        except Exception:
            log.exception("The app raised an exception outside its routes; the client gets 503.")
            return _own("INTEGRATION_FAILURE", request_id)

    def _cors(self, match: Match) -> CORSConfig | None:
        entries = self._app.routes.get(match.resource, {}).values()
        return next((entry.cors for entry in entries if entry.cors), None)


def _refuse_authorizers(app: Chalice) -> None:
    guarded = [path for path, by in app.routes.items() for entry in by.values() if entry.authorizer]
    if guarded:
        raise UnsupportedRoute(
            f"The local gateway does not run authorizers, so {', '.join(guarded)} would be open to "
            "everyone. Authenticate the caller in the route."
        )


async def _body(request: Request, limit: int) -> bytes | None:
    """The body, or None if it is over the limit. It reads an oversized body to the end (up to four
    times the limit), because most clients report an earlier answer as a broken connection."""
    kept = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            kept += chunk
        elif size > 4 * limit:
            break
    return bytes(kept) if size <= limit else None


def _response(answer: Event) -> Response:
    # Lambda encodes the answer as JSON, so it refuses bytes and sets, too.
    json.dumps(answer)
    status = int(answer["statusCode"])
    response = Response(_content(answer, status), status)
    multi = answer.get("multiValueHeaders") or {}
    single = {k: [v] for k, v in (answer.get("headers") or {}).items() if k not in multi}
    for name, values in {**single, **multi}.items():
        for value in values:
            response.headers.append(name, str(value))
    if status not in BODYLESS:
        response.headers.setdefault("Content-Type", "application/json")
    return response


def _compressed(answer: Response, request: Request, least: int) -> Response:
    """Compresses bodies of at least `least` bytes for clients that accept gzip, as API Gateway does
    with `minimum_compression_size`."""
    body = bytes(answer.body)
    can_read = any("gzip" in each for each in request.headers.getlist("accept-encoding"))
    if not can_read or len(body) < least or "content-encoding" in answer.headers:
        return answer
    answer.body = gzip.compress(body)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def _content(answer: Event, status: int) -> bytes:
    body = answer.get("body") or ""
    if status in BODYLESS:
        return b""
    if answer.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode()


def _own(kind: str, request_id: str) -> Response:
    """An answer that comes from the gateway and not from the app."""
    answer = RESPONSES[kind]
    return Response(json.dumps(answer.body(request_id)), answer.status, answer.headers)


def _preflight(cors: CORSConfig, methods: list[str]) -> Response:
    """The CORS preflight answer, which API Gateway gives without calling the app."""
    allowed = {"Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"])}
    return Response(status_code=200, headers=cors.get_access_control_headers() | allowed)
