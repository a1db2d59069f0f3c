"""A person's login on this machine, and the calls that it allows."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import click
import httpx

from baton_client.cli.errors import NOT_ALLOWED, CommandFailed
from baton_client.client import no_reply, reply_of
from baton_client.exchange import (
    Answer,
    HttpReply,
    HttpRequest,
    NoReply,
    RetryPolicy,
    exchange,
    json_request,
)
from baton_client.version import __version__

LOGIN_FIRST = "Log in first: baton login"
MARGIN = 30
"""Seconds before its end at which an access token is no longer used."""


@dataclass(frozen=True, slots=True)
class Login:
    """`access_until` is in seconds since 1970 (UTC)."""

    origin: str
    email: str
    access: str
    access_until: float
    refresh: str


def login_file() -> Path:
    """`BATON_LOGIN` names another file, for example in CI."""
    named = os.environ.get("BATON_LOGIN")
    return Path(named) if named else Path(click.get_app_dir("baton")) / "login.json"


def stored_login() -> Login:
    """Raises CommandFailed."""
    try:
        return Login(**json.loads(login_file().read_text()))
    except FileNotFoundError:
        raise CommandFailed(LOGIN_FIRST, NOT_ALLOWED) from None
    except (ValueError, TypeError):
        raise CommandFailed(f"{login_file()} is damaged. {LOGIN_FIRST}", NOT_ALLOWED) from None


def store_login(login: Login) -> None:
    """Only this user may read the file. It is replaced whole, so none is left half written."""
    path = login_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(login), file)
    part.replace(path)


class PersonClient:
    """Calls Baton as the person who has logged in. All times are in seconds."""

    def __init__(self, origin: str, timeout: float, login: Login | None = None) -> None:
        self._origin, self._login = origin.rstrip("/"), login
        self._policy = RetryPolicy(patience=timeout)
        agent = f"baton-client-python/{__version__}"
        self._http = httpx.Client(timeout=min(timeout, 10.0), headers={"user-agent": agent})

    def log_in(self, email: str, password: str) -> dict[str, Any]:
        """The tokens. Raises Unauthenticated, SecondFactorRequired with the fact `challenge`."""
        body = {"email": email, "password": password}
        return self.keep(email, self._send("POST", "/auth/login", body)["payload"])

    def log_in_with_code(self, email: str, challenge: str, code: str) -> dict[str, Any]:
        body = {"challenge": challenge, "code": code}
        return self.keep(email, self._send("POST", "/auth/login/totp", body)["payload"])

    def keep(self, email: str, tokens: dict[str, Any]) -> dict[str, Any]:
        until = time.time() + tokens["exp"] / 1000
        self._login = Login(self._origin, email, tokens["jwt"], until, tokens["refresh"])
        store_login(self._login)
        return tokens

    def call(self, method: str, path: str, body: object = None) -> Any:
        """`path` is below `/api/v1`. Raises BatonError; CommandFailed if nobody has logged in."""
        return self._send(method, path, body, self._access())

    def items(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        while True:
            page = self.call("GET", f"{path}?{urlencode(query)}" if query else path)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def _access(self) -> str:
        login = self._login
        if login is None:
            raise CommandFailed(LOGIN_FIRST, NOT_ALLOWED)
        if login.access_until - time.time() < MARGIN:
            tokens = self._send("POST", "/auth/refresh", {"refresh": login.refresh})["payload"]
            self.keep(login.email, tokens)
            assert self._login is not None, "kept"
            login = self._login
        return login.access

    def _send(self, method: str, path: str, body: object = None, token: str | None = None) -> Any:
        request = json_request(method, f"/api/v1{path}", body)
        if token:
            sent = {**request.headers, "authorization": f"Bearer {token}"}
            request = replace(request, headers=sent)
        steps = exchange(self._policy, request)
        step = next(steps)
        try:
            while True:
                step = steps.send(self._reply(step))
        except StopIteration as done:
            answered: Answer = done.value
            return answered.json

    def _reply(self, request: HttpRequest) -> HttpReply | NoReply:
        time.sleep(request.after)
        url, headers = self._origin + request.path, dict(request.headers)
        try:
            found = self._http.request(request.method, url, content=request.body, headers=headers)
        except httpx.HTTPError as error:
            return no_reply(error)
        return reply_of(found)


def bot_path(bot: str) -> str:
    return f"/bots/{quote(bot, safe='')}"
