"""The route table of Botpress v12: the login routes of its administration and its modules `hitl`
and `hitlnext`. docs/botpress.md describes them."""

from chalicelib.domain.access import Action
from chalicelib.domain.limit_names import LimitName
from chalicelib.entrypoints.http.route import (
    LOGIN_FUNCTION,
    REST_FUNCTION,
    Access,
    Idempotency,
    Route,
)

PACKAGE = "chalicelib.botpress."
AUTH = "/api/v1/auth"
ADMIN = "/api/v1/admin"
LATER = "/api/v2/admin"
HITL = "/api/v1/bots/{bot}/mod/hitl"
SESSION = HITL + "/sessions/{id}"
ADDRESS = HITL + "/channel/{channel}/user/{user}"
HITLNEXT = "/api/v1/bots/{bot}/mod/hitlnext"
HANDOFF = HITLNEXT + "/handoffs/{id}"
FIELDS = "Fields"
COMMIT = Idempotency.COMMIT


def _auth(
    method: str,
    path: str,
    handler: str,
    access: Access,
    *,
    body: str | None = None,
    function: str = REST_FUNCTION,
) -> Route:
    return Route(
        method,
        path,
        f"{PACKAGE}auth_routes:{handler}",
        access,
        body,
        function=function,
        errors=PACKAGE + "errors:admin_error",
    )


def _login(path: str) -> Route:
    body = "chalicelib.entrypoints.http.schemas.accounts:LoginRequest"
    return _auth("POST", path, "log_in", Access.PUBLIC, body=body, function=LOGIN_FUNCTION)


def _hitl(
    method: str,
    path: str,
    handler: str,
    access: Action | Access,
    *,
    people: Action | None = None,
    body: str | None = None,
    query: tuple[str, ...] = (),
    idempotency: Idempotency | None = None,
    limit: LimitName | None = None,
) -> Route:
    return _of_module(
        "hitl", method, path, handler, access, people, body, query, idempotency, limit
    )


def _hitlnext(
    method: str,
    path: str,
    handler: str,
    access: Action | Access,
    *,
    body: str | None = None,
    query: tuple[str, ...] = (),
    idempotency: Idempotency | None = None,
    limit: LimitName | None = None,
) -> Route:
    return _of_module(
        "hitlnext", method, path, handler, access, None, body, query, idempotency, limit
    )


def _of_module(
    module: str,
    method: str,
    path: str,
    handler: str,
    access: Action | Access,
    people: Action | None,
    body: str | None,
    query: tuple[str, ...],
    idempotency: Idempotency | None,
    limit: LimitName | None,
) -> Route:
    return Route(
        method,
        path,
        f"{PACKAGE}{module}_routes:{handler}",
        access,
        f"{PACKAGE}bodies:{body}" if body else None,
        people=people,
        query=query,
        idempotency=idempotency,
        limit=limit,
        errors=f"{PACKAGE}errors:{module}_error",
        identify=PACKAGE + "callers:identify",
    )


ROUTES = (
    _login(ADMIN + "/auth/login"),
    _login(ADMIN + "/auth/login/basic/{strategy}"),
    _login(LATER + "/auth/login/basic/{strategy}"),
    _auth("GET", AUTH + "/config", "get_auth_config", Access.PUBLIC),
    _auth("GET", ADMIN + "/auth/config", "get_auth_config", Access.PUBLIC),
    _auth("GET", LATER + "/auth/config", "get_auth_config", Access.PUBLIC),
    _auth("GET", AUTH + "/refresh", "refresh_token", Access.PERSON),
    _auth("GET", ADMIN + "/auth/refresh", "refresh_token", Access.PERSON),
    _auth("GET", LATER + "/auth/refresh", "refresh_token", Access.PERSON),
    _auth("GET", ADMIN + "/auth/logout", "log_out", Access.PERSON),
    _auth("GET", LATER + "/auth/logout", "log_out", Access.PERSON),
    _auth("GET", ADMIN + "/ping", "ping", Access.PERSON),
    _auth("GET", ADMIN + "/user/profile", "get_profile", Access.PERSON),
    _hitl(
        "GET",
        HITL + "/sessions",
        "list_sessions",
        Action.READ,
        query=("pausedOnly", "searchText"),
    ),
    _hitl("GET", SESSION, "get_transcript", Action.READ, limit=LimitName.TRANSCRIPTS),
    _hitl(
        "POST",
        SESSION + "/message",
        "send_message",
        Action.SAY,
        body=FIELDS,
        idempotency=COMMIT,
    ),
    _hitl("POST", SESSION + "/isPaused", "is_session_paused", Action.GATE, people=Action.READ),
    _hitl(
        "POST",
        SESSION + "/{action}",
        "act_on_session",
        Action.PAUSE,
        body=FIELDS,
        idempotency=COMMIT,
    ),
    _hitl(
        "POST",
        ADDRESS + "/isPaused",
        "is_address_paused",
        Action.GATE,
        people=Action.READ,
        query=("threadId",),
    ),
    _hitl(
        "POST",
        ADDRESS + "/{action}",
        "act_on_address",
        Action.PAUSE_BY_ADDRESS,
        body=FIELDS,
        query=("threadId",),
        idempotency=COMMIT,
    ),
    _hitl("GET", HITL + "/config/attributes", "list_attributes", Access.CALLER),
    _hitlnext("GET", HITLNEXT + "/config", "get_config", Access.CALLER),
    _hitlnext("GET", HITLNEXT + "/agents", "list_agents", Action.SEE_AGENTS),
    _hitlnext("GET", HITLNEXT + "/agents/me", "get_own_agent", Access.CALLER),
    _hitlnext("POST", HITLNEXT + "/agents/me/online", "set_online", Action.CLAIM, body=FIELDS),
    _hitlnext(
        "GET",
        HITLNEXT + "/handoffs",
        "list_handoffs",
        Action.READ,
        query=("limit", "column", "desc"),
        limit=LimitName.TRANSCRIPTS,
    ),
    _hitlnext(
        "POST",
        HITLNEXT + "/handoffs",
        "create_handoff",
        Action.PAUSE_BY_ADDRESS,
        body="NewHandoff",
        idempotency=COMMIT,
    ),
    _hitlnext("POST", HANDOFF, "tag_handoff", Action.TAG, body="TagList", idempotency=COMMIT),
    _hitlnext(
        "POST",
        HANDOFF + "/assign",
        "assign_handoff",
        Action.CLAIM,
        body=FIELDS,
        idempotency=COMMIT,
    ),
    _hitlnext(
        "POST",
        HANDOFF + "/resolve",
        "resolve_handoff",
        Action.UNPAUSE,
        body=FIELDS,
        idempotency=COMMIT,
    ),
    _hitlnext(
        "POST",
        HANDOFF + "/reject",
        "reject_handoff",
        Action.UNPAUSE,
        body=FIELDS,
        idempotency=COMMIT,
    ),
    _hitlnext(
        "POST",
        HANDOFF + "/comments",
        "add_comment",
        Action.NOTE,
        body="Comment",
        idempotency=COMMIT,
    ),
    _hitlnext(
        "GET",
        HITLNEXT + "/conversations/{id}/messages",
        "list_messages",
        Action.READ,
        query=("limit", "column", "desc"),
        limit=LimitName.TRANSCRIPTS,
    ),
)
