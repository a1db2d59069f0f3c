"""The calls of a person who has logged in on this machine."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import click
import httpx

from baton_client.cli.errors import NOT_ALLOWED, CommandFailed
from baton_client.cli.logins import LOGIN_FIRST, Login, login_lock, store_login, stored_login
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

MARGIN = 30
"""Seconds before its end at which an access token is no longer used."""
NEXT_PAGE = "baton-next"
"""The header with the next page of an answer that is no JSON object."""


class PersonClient:
    """Calls Baton as the person who has logged in. All times are in seconds.

    Without `stores`, a login is for this command only.
    """

    def __init__(
        self, origin: str, timeout: float, login: Login | None = None, *, stores: bool = True
    ) -> None:
        self._origin, self._login, self._stores = origin.rstrip("/"), login, stores
        self._policy = RetryPolicy(patience=timeout)
        agent = f"baton-client-python/{__version__}"
        self._http = httpx.Client(timeout=min(timeout, 10.0), headers={"user-agent": agent})

    @property
    def origin(self) -> str:
        return self._origin

    def log_in(self, email: str, password: str) -> dict[str, Any]:
        """The tokens. Raises Unauthenticated, SecondFactorRequired with the fact `challenge`."""
        body = {"email": email, "password": password}
        return self.keep(email, self._send("POST", "/auth/login", body).json["payload"])

    def log_in_with_code(self, email: str, challenge: str, code: str) -> dict[str, Any]:
        body = {"challenge": challenge, "code": code}
        return self.keep(email, self._send("POST", "/auth/login/totp", body).json["payload"])

    def accept_invitation(self, invitation: str, password: str) -> None:
        """Sets the first password and logs in. Raises Unauthenticated, InvalidRequest."""
        body = {"invitation": invitation, "password": password}
        tokens = self._send("POST", "/auth/invitation", body).json["payload"]
        self._begin("", tokens)
        self.keep(self.call("GET", "/auth/me")["email"], tokens)

    def keep(self, email: str, tokens: dict[str, Any]) -> dict[str, Any]:
        login = self._begin(email, tokens)
        if self._stores:
            store_login(login)
        return tokens

    def _begin(self, email: str, tokens: dict[str, Any]) -> Login:
        until = time.time() + tokens["exp"] / 1000
        self._login = Login(self._origin, email, tokens["jwt"], until, tokens["refresh"])
        return self._login

    def call(self, method: str, path: str, body: object = None) -> Any:
        """`path` is below `/api/v1`. Raises BatonError; CommandFailed if nobody has logged in."""
        return self._send(method, path, body, self._access()).json

    def items(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        while True:
            page = self.call("GET", f"{path}?{urlencode(query)}" if query else path)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def pages(self, path: str) -> Iterator[str]:
        """All pages of an answer that is text, such as an export."""
        cursor: str | None = ""
        while cursor is not None:
            query = f"?{urlencode({'cursor': cursor})}" if cursor else ""
            answer = self._send("GET", path + query, None, self._access())
            yield answer.reply.body.decode()
            cursor = answer.reply.headers.get(NEXT_PAGE)

    def _access(self) -> str:
        if self._login is None:
            raise CommandFailed(LOGIN_FIRST, NOT_ALLOWED)
        if self._stores and not _is_fresh(self._login):
            with login_lock(self._policy.patience):
                self._login = self._refreshed(self._login)
        return self._login.access

    def _refreshed(self, own: Login) -> Login:
        """The stored login, which another command may have refreshed before."""
        login = stored_login()
        if not login.is_same_account(own):
            raise CommandFailed(
                f"{login.email} has logged in to {login.origin} meanwhile. Run this command again.",
                NOT_ALLOWED,
            )
        if _is_fresh(login):
            return login
        answer = self._send("POST", "/auth/refresh", {"refresh": login.refresh})
        self.keep(login.email, answer.json["payload"])
        return stored_login()

    def _send(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> Answer:
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
            return answered

    def _reply(self, request: HttpRequest) -> HttpReply | NoReply:
        time.sleep(request.after)
        url, headers = self._origin + request.path, dict(request.headers)
        try:
            found = self._http.request(request.method, url, content=request.body, headers=headers)
        except httpx.HTTPError as error:
            return no_reply(error)
        return reply_of(found)


def _is_fresh(login: Login) -> bool:
    return login.access_until - time.time() >= MARGIN


def as_person(context: click.Context) -> PersonClient:
    """The person who has logged in. Raises CommandFailed."""
    login = stored_login()
    return PersonClient(login.origin, context.obj, login)


def bot_path(bot: str) -> str:
    return f"/bots/{quote(bot, safe='')}"
