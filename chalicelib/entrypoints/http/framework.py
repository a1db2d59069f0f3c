"""From an HTTP request to a handler's call, and from its reply, or the error it raises, to a
response.

A call passes these steps in this order: the caller is identified and authorised as the route's row
says, the call is counted for the rate limits, the query is checked, the body is parsed, the handler
acts. Errors become JSON here because Chalice's middleware never sees the exceptions of a view.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from chalice.app import Chalice, MultiDict, Response

from chalicelib.domain.access import Action, Caller, Role, Scope, authorize
from chalicelib.domain.errors import (
    BatonError,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    invalid_field,
)
from chalicelib.entrypoints.http.route import Access, Idempotency, Route
from chalicelib.entrypoints.request_log import request_log
from chalicelib.loading import load
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.origin import ORIGIN
from chalicelib.usecases.ports.call_deadline import CallDeadline
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.people import Device, Person, SessionReference
from chalicelib.usecases.services import Services

KEY_LIMIT = 255
"""Characters of an `Idempotency-Key`."""
PARAMETER_SHOWN = 64
"""Characters of an unknown query parameter that an error repeats."""
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer. A browser ignores the second one over HTTP (RFC 6797, 8.1)."""
NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For answers that are no page: a browser that shows one loads nothing and embeds it nowhere."""
ON_BEHALF = "chalicelib.usecases.accounts.on_behalf:"
CALLER_FOR, PERSON_FOR = ON_BEHALF + "caller_for", ON_BEHALF + "person_for"
REQUIRE_NAMED = ON_BEHALF + "require_named"
SIGN_OF_LIFE = ON_BEHALF + "record_sign_of_life"
SPEAKS_FOR_PEOPLE = frozenset({Scope.AGENTS})
"""As a set, because an intersection costs each call less than a look for the scope: it needs no new
hash."""
CLIENT_ADDRESS = "chalicelib.entrypoints.http.client_address:client_address"
NO_HEADERS: Mapping[str, str] = {}
REFUSALS = (Unauthenticated, Forbidden, NotFound, InvalidRequest)
"""Refusals of calls that are not admitted. They count for the caller's address, because each has
read the table, and a caller without rights has no other bucket."""
log = logging.getLogger("baton")


class Reply:
    """A body of None is sent empty, text as it is, everything else as JSON."""

    __slots__ = ("body", "content_type", "headers", "status")

    def __init__(
        self,
        body: object = None,
        status: int = 200,
        headers: Mapping[str, str] = NO_HEADERS,
        content_type: str = "application/json",
    ) -> None:
        self.body = body
        self.status = status
        self.headers = headers
        self.content_type = content_type


class Call:
    """One request. `params` are the parts of the path, percent-decoded once; what is added to
    `line` appears in the log.

    Raises InvalidRequest if the path is not percent-encoded UTF-8.
    """

    def __init__(
        self,
        route: Route,
        services: Services,
        request: Any,
        params: Mapping[str, str],
        line: dict[str, object],
    ) -> None:
        self.route = route
        self.services = services
        self._request = request
        self._sent_params = params
        self.params = {name: decoded(value) for name, value in params.items()}
        self.query: Mapping[str, str] = {}
        self.headers: Mapping[str, str] = request.headers
        self.raw: bytes = request.raw_body
        self.line = line

    @property
    def path(self) -> str:
        """The path of the route with its parts as they were sent. It has no stage and no base path,
        which differ between the addresses of one installation."""
        return self.route.path.format_map(self._sent_params)

    @property
    def sent_path(self) -> str:
        """The path at API Gateway, with its stage or the domain's base path."""
        path: str = self._request.context.get("path", self.path)
        return path

    @property
    def source(self) -> str:
        """The caller's network address."""
        peer = self._request.context.get("identity", {}).get("sourceIp", "")
        find: Callable[[str, Mapping[str, str], str], str] = load(CLIENT_ADDRESS)
        return find(peer, self.headers, self.services.edge_token)

    @property
    def languages(self) -> str:
        """The languages that the caller prefers, as HTTP writes them."""
        return self.headers.get("accept-language", "")

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")

    @property
    def on_behalf_of(self) -> str | None:
        """The person for whom an integration's key calls, by their id or e-mail address."""
        named: str | None = self.headers.get("baton-on-behalf-of")
        return named

    @cached_property
    def caller(self) -> Caller:
        """The key or the person that calls, for the bot that the path names. A person also if a key
        speaks for them."""
        identify: Callable[[Services, str, str | None], Caller] = load(self.route.identify)
        caller = identify(self.services, self.params["bot"], self.authorization)
        named = self.on_behalf_of
        if named is not None:
            stands_for: Callable[[Services, Caller, str], Caller] = load(CALLER_FOR)
            caller = stands_for(self.services, caller, named)
        self.line.update(caller=caller.role, bot=caller.bot)
        return caller

    @cached_property
    def session(self) -> SessionReference:
        """The session of the person who calls."""
        may_enrol = self.route.access is Access.ENROLLING
        return authenticate.session(self.services, self.authorization, may_enrol=may_enrol)

    @cached_property
    def person(self) -> Person:
        """The person who calls, whichever bot the call concerns."""
        if self.route.access is Access.SPOKEN_FOR and self.on_behalf_of is not None:
            stands_for: Callable[[Services, str | None, str], Person] = load(PERSON_FOR)
            person = stands_for(self.services, self.authorization, self.on_behalf_of)
        else:
            person = authenticate.person_of_session(self.services, self.session)
        self.line.update(caller=Role.OWNER if person.is_owner else "person")
        return person

    @property
    def device(self) -> Device:
        return Device(self.source, self.headers.get("user-agent", ""))

    @property
    def bots(self) -> list[str]:
        """The bots whose conversations this person may see."""
        return authenticate.bots_served(self.services, self.person)

    @property
    def id(self) -> str:
        return self.params["id"]

    @property
    def key(self) -> IdempotencyKey | None:
        """The request's `Idempotency-Key`, with a digest that tells another request apart."""
        key = self.headers.get("idempotency-key")
        if key is None:
            return None
        if not 0 < len(key) <= KEY_LIMIT:
            raise invalid_field("Idempotency-Key", f"It takes 1 to {KEY_LIMIT} characters.")
        request = b"\n".join([self.route.method.encode(), self.path.encode(), self.raw])
        return IdempotencyKey(self.caller.id, key, hashlib.sha256(request).hexdigest())


ErrorShape = Callable[[BatonError, str], Reply]
"""From an error and the id of the request."""


class InternalError(BatonError):
    """A fault of Baton itself. The caller gets a request id; the log has the traceback."""

    code = "internal_error"


def register(app: Chalice, routes: Iterator[Route], services: Callable[[], Services]) -> None:
    """Makes `app` serve these routes. `services` is called once a request, so that nothing is
    connected before the first one."""
    for route in routes:
        # Accept every content type: the parser refuses what is not JSON, in our error shape.
        add = app.route(route.path, methods=[route.method], content_types=["*/*"], name=str(route))
        add(_view(app, route, services))


def _view(app: Chalice, route: Route, services: Callable[[], Services]) -> Callable[..., Response]:
    def view(**params: str) -> Response:
        request: Any = app.current_request
        request_id = request.context.get("requestId", "")
        with request_log.line("request", request_id=request_id, route=str(route)) as line:
            try:
                call = Call(route, services(), request, params, line)
                ORIGIN.set(call)
                with CallDeadline(call.services.clock):
                    reply = _answer(call, request.query_params)
            except Exception as error:
                shape: ErrorShape = load(route.errors)
                reply = shape(_expected(error, line), request_id)
            line["status"] = int(reply.status)
        return response_of(reply)

    return view


def _answer(call: Call, sent: MultiDict | None) -> Reply:
    from chalicelib.entrypoints.http import rate_limits

    route = call.route
    try:
        _admit(call)
    except REFUSALS:
        rate_limits.count_address(call.services, call.source)
        raise
    _count(call)
    call.query = _declared(route, sent)
    act = load(route.handler)
    body = (load(route.body).read(call),) if route.body else ()
    if route.idempotency is Idempotency.REPLY:
        act = partial(load("chalicelib.entrypoints.http.idempotency:idempotent"), act)
    reply: Reply = act(call, *body)
    return reply


def _admit(call: Call) -> None:
    """Raises Unauthenticated, Forbidden, NotFound."""
    access = call.route.access
    if isinstance(access, Action):
        people = call.route.people
        action = people if people and call.caller.is_person else access
        _require_person_named(call.caller, action)
        authorize(call.caller, action)
    elif access is Access.CALLER:
        _require_person_named(call.caller, None)
    elif access in (Access.PERSON, Access.ENROLLING, Access.SPOKEN_FOR):
        _ = call.person
    elif access is Access.OWNER and not call.person.is_owner:
        raise Forbidden("Only the installation's owner may do this.")


def _require_person_named(caller: Caller, action: Action | None) -> None:
    if caller.scopes & SPEAKS_FOR_PEOPLE and caller.role is Role.BOT:
        require: Callable[[Caller, Action | None], None] = load(REQUIRE_NAMED)
        require(caller, action)


def _count(call: Call) -> None:
    """Raises RateLimited. A call for a person is also a sign of their life."""
    from chalicelib.entrypoints.http import rate_limits

    services, route = call.services, call.route
    if isinstance(route.access, Action) or route.access is Access.CALLER:
        rate_limits.count_caller(services, call.caller, route.limit)
        if call.caller.key:
            record: Callable[[Services, str], None] = load(SIGN_OF_LIFE)
            record(services, call.caller.id)
    elif route.access is not Access.PUBLIC:
        rate_limits.count_person(services, call.person.id, route.limit)
    elif route.is_limited:
        rate_limits.count_address(services, call.source, route.limit)


def _declared(route: Route, sent: MultiDict | None) -> Mapping[str, str]:
    """The query. Raises InvalidRequest for a parameter that the route does not know, and for one
    that is there twice."""
    if not sent:
        return {}
    for name in sent:
        if name not in route.query:
            raise _unknown_parameter(route, name)
        if len(sent.getlist(name)) > 1:
            raise invalid_field(name, f"The query holds `{name}` more than once.")
    return dict(sent)


def _unknown_parameter(route: Route, name: str) -> InvalidRequest:
    known = ", ".join(f"`{each}`" for each in route.query)
    takes = f"The query parameters of this call are {known}." if known else "This call takes none."
    message = f"There is no query parameter `{name[:PARAMETER_SHOWN]}` here. {takes}"
    return invalid_field(name[:PARAMETER_SHOWN], message)


def _expected(error: Exception, line: dict[str, object]) -> BatonError:
    if not isinstance(error, BatonError):
        log.exception("request failed", extra={"request_id": line["request_id"]})
        error = InternalError("Baton failed. The request may have had an effect.")
    line["code"] = error.code
    return error


def decoded(part: str) -> str:
    """One part of a path, percent-decoded. Raises InvalidRequest if it is not UTF-8."""
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not percent-encoded UTF-8.") from None


def response_of(reply: Reply) -> Response:
    text = reply.body if isinstance(reply.body, str) else _json(reply.body)
    headers: dict[str, str | list[str]] = {
        **SAFE_HEADERS,
        "Content-Security-Policy": NO_CONTENT_POLICY,
        "Content-Type": reply.content_type,
        **reply.headers,
    }
    return Response(text, headers, int(reply.status))


def _json(body: object) -> str:
    return "" if body is None else msgspec.json.encode(body).decode()
