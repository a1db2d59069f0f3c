"""From an HTTP request to a `Call`, and from what a handler answers, or raises, to a response.

Path parameters are percent-decoded here, exactly once. Errors become JSON here as well: Chalice's
middleware never sees the exceptions of a view.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from chalice.app import Blueprint, MultiDict, Response

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.errors import BatonError, InvalidRequest
from chalicelib.entrypoints.http.problems import CONTENT_TYPE, headers_of, problem, status_of
from chalicelib.entrypoints.http.schemas.parsing import parse
from chalicelib.entrypoints.request_log import request_log
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

KEY_LIMIT = 255
log = logging.getLogger("baton")
T = TypeVar("T")


Identify = Callable[[Services, str, str | None], Caller]
"""Who calls, for this bot, by the `Authorization` header."""


@dataclass(frozen=True)
class Reply:
    """`body` None is an empty body; text is sent as it is, all else as JSON."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Call:
    """One request. `params` are the decoded parts of the path; `source` is a network address;
    `line` is what the log will say of it."""

    services: Services
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    source: str
    request_id: str
    identify: Identify = authenticate.caller
    line: dict[str, object] = field(default_factory=dict)

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")

    @cached_property
    def caller(self) -> Caller:
        caller = self.identify(self.services, self.params["bot"], self.authorization)
        self.line.update(caller=caller.role, bot=caller.bot)
        return caller

    @cached_property
    def person(self) -> Person:
        person = authenticate.person(self.services, self.authorization)
        self.line.update(caller=Role.OWNER if person.is_owner else "person")
        return person

    @property
    def bots(self) -> list[str]:
        """Those whose conversations this person may see."""
        directory, person = self.services.directory, self.person
        return directory.bot_ids() if person.is_owner else directory.bots_of_person(person.id)

    @property
    def id(self) -> str:
        return self.params["id"]

    def body(self, shape: type[T]) -> T:
        """Raises InvalidRequest, PayloadTooLarge."""
        return parse(self.raw, shape)

    @property
    def key(self) -> IdempotencyKey | None:
        """What makes a second sending of this request a repetition."""
        key = self.headers.get("idempotency-key")
        if key is None:
            return None
        if not 0 < len(key) <= KEY_LIMIT:
            raise InvalidRequest(f"Idempotency-Key takes 1 to {KEY_LIMIT} characters.")
        request = b"\n".join([self.method.encode(), self.path.encode(), self.raw])
        return IdempotencyKey(self.caller.id, key, hashlib.sha256(request).hexdigest())


Handler = Callable[[Call], Reply]
ErrorShape = Callable[[BatonError, str], Reply]


def problem_reply(error: BatonError, request_id: str) -> Reply:
    body, headers = problem(error, request_id), headers_of(error)
    return Reply(body, status_of(error), headers, CONTENT_TYPE)


class Routes:
    """The routes of one room: handlers by method and path, mounted together as a Blueprint."""

    def __init__(
        self,
        name: str,
        error_shape: ErrorShape = problem_reply,
        identify: Identify = authenticate.caller,
    ) -> None:
        self._name = name
        self._error_shape = error_shape
        self._identify = identify
        self._handlers: list[tuple[str, str, Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self._handlers.append((method, path, handler))
            return handler

        return register

    @property
    def resources(self) -> list[tuple[str, str]]:
        """Method and path of each route."""
        return [(method, path) for method, path, _ in self._handlers]

    def blueprint(self, services: Callable[[], Services]) -> Blueprint:
        """`world` is called once a request: nothing is built before the first one."""
        blueprint = Blueprint(self._name)
        for method, path, handler in self._handlers:
            view = self._view(blueprint, handler, services, f"{method} {path}")
            # Any content type: what is not JSON is refused by the parser, in our own words.
            blueprint.route(path, methods=[method], content_types=["*/*"])(view)
        return blueprint

    def _view(
        self, blueprint: Blueprint, handler: Handler, services: Callable[[], Services], route: str
    ) -> Callable[..., Response]:
        def view(**params: str) -> Response:
            request = blueprint.current_request
            request_id = request.context.get("requestId", "")
            with request_log.line("request", request_id=request_id, route=route) as line:
                try:
                    reply = handler(_call(request, params, services(), self._identify, line))
                except Exception as error:
                    reply = self._error_shape(_shown(error, line), request_id)
                line["status"] = int(reply.status)
            return _response(reply)

        view.__name__ = handler.__name__
        return view


class Unforeseen(BatonError):
    """A fault of ours. The caller gets a request id, the log has the rest."""

    code = "internal_error"


def _shown(error: Exception, line: dict[str, object]) -> BatonError:
    if not isinstance(error, BatonError):
        log.exception("request failed", extra={"request_id": line["request_id"]})
        error = Unforeseen("Baton failed; nothing is known.")
    line["code"] = error.code
    return error


def _call(
    request: Any,
    params: Mapping[str, str],
    services: Services,
    identify: Identify,
    line: dict[str, object],
) -> Call:
    return Call(
        services=services,
        method=request.method,
        path=request.context.get("path", request.path),
        params={name: decoded(value) for name, value in params.items()},
        query=_single(request.query_params or MultiDict({})),
        headers=request.headers,
        raw=request.raw_body,
        source=request.context.get("identity", {}).get("sourceIp", ""),
        request_id=request.context.get("requestId", ""),
        identify=identify,
        line=line,
    )


def _single(query: MultiDict) -> dict[str, str]:
    """Which of two values counts is anybody's guess, and not ours to make."""
    for name in query:
        if len(query.getlist(name)) > 1:
            raise InvalidRequest(f"The query holds `{name}` more than once.")
    return dict(query)


def decoded(part: str) -> str:
    """One part of a path as the client meant it. Raises InvalidRequest where it is not UTF-8."""
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not percent-encoded UTF-8.") from None


def _response(reply: Reply) -> Response:
    text = reply.body if isinstance(reply.body, str) else _json(reply.body)
    headers = {"Content-Type": reply.content_type, "Cache-Control": "no-store"}
    return Response(text, {**headers, **reply.headers}, int(reply.status))


def _json(body: object) -> str:
    return "" if body is None else msgspec.json.encode(body).decode()
