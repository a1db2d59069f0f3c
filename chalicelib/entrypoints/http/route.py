"""A row of the route table. Rows are plain data: they name code as "module:name", and the framework
imports that code on the route's first call."""

from collections.abc import Sequence
from enum import Enum

from chalicelib.domain.access import Action
from chalicelib.domain.limit_names import LimitName

NATIVE_ERROR = "chalicelib.entrypoints.http.problems:problem_reply"
REST_FUNCTION, LOGIN_FUNCTION = "api_handler", "log_in"
"""The Lambda functions that serve routes. The routes that hash a password have their own, so that
many logins at once take no instance from the gate."""


class Access(Enum):
    """The callers of a route that needs no action of `domain/access.py`."""

    PUBLIC = "everybody, without a token"
    PERSON = "each person who has logged in"
    SPOKEN_FOR = "each person who has logged in, and each for whom a bot's key speaks"
    ENROLLING = "each person who has logged in, also if they must still set up a second factor"
    OWNER = "the owner of the installation"
    CALLER = "each key and each person of the bot that the path names"


class Idempotency(Enum):
    """How a repeated `Idempotency-Key` gets the first answer again."""

    COMMIT = "the use case stores the answer together with the change"
    REPLY = "the framework stores the reply after the handler has returned"


class Route:
    """`handler` names a function `(call, body)`, or `(call)` if the route has no `body`.

    The framework authorises the call, counts it for the rate limits, checks its query and parses
    its body before it calls the handler: `access` says who may call, `people` the action of a
    person if it differs from that of a bot's key. `body` names a class whose `read(call)` parses a
    body, `query` the query parameters that the route knows, `function` the Lambda function that
    serves it. `limit` is a rate limit of the route beside those of its caller; without
    `is_limited`, a public route has none. `errors` and `identify` name functions: how an error
    looks to the caller, and who the caller is.
    """

    __slots__ = (
        "access",
        "body",
        "errors",
        "function",
        "handler",
        "idempotency",
        "identify",
        "is_limited",
        "limit",
        "method",
        "path",
        "people",
        "query",
    )

    def __init__(
        self,
        method: str,
        path: str,
        handler: str,
        access: Action | Access,
        body: str | None = None,
        *,
        people: Action | None = None,
        query: Sequence[str] = (),
        idempotency: Idempotency | None = None,
        limit: LimitName | None = None,
        is_limited: bool = True,
        function: str = REST_FUNCTION,
        errors: str = NATIVE_ERROR,
        identify: str = "chalicelib.usecases.accounts.authenticate:caller",
    ) -> None:
        self.method = method
        self.path = path
        self.handler = handler
        self.access = access
        self.people = people
        self.body = body
        self.query = query
        self.idempotency = idempotency
        self.limit = limit
        self.is_limited = is_limited
        self.function = function
        self.errors = errors
        self.identify = identify

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
