"""Calls the REST API in process: real routes on a real Chalice app, with any services.

Every answer is checked against docs/openapi.yaml.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Self
from urllib.parse import urlencode

from chalice.test import Client

from chalicelib.entrypoints.http.framework import register
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.entrypoints.http.unknown_routes import BatonApp
from chalicelib.usecases.services import Services
from tests.support import openapi_document

DEMO_KEY = "bk_demo_onlyforloopback"
OTHER_KEY = "bk_other_onlyforloopback"
_SERVICES: ContextVar[Services] = ContextVar("services")


@cache
def _client() -> Client:
    """One app for all tests of a process: to register the routes costs more than most calls."""
    app = BatonApp(app_name="baton-under-test")
    register(app, all_routes(), _SERVICES.get)
    return Client(app)


@dataclass(frozen=True)
class ApiAnswer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def content_type(self) -> str:
        named = {name.lower(): value for name, value in self.headers.items()}
        return named.get("content-type", "")


class Api:
    """Calls the API as one caller; `path` is relative to `/api/v1`, or absolute."""

    def __init__(self, services: Services, token: str | None = None) -> None:
        self.services = services
        self.token = token
        self.refresh: str | None = None

    def as_(self, token: str | None) -> Self:
        other = type(self).__new__(type(self))
        other.services, other.token, other.refresh = self.services, token, None
        return other

    def get(self, path: str, **query: str) -> ApiAnswer:
        return self.send("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: object = None, **headers: str) -> ApiAnswer:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object) -> ApiAnswer:
        return self.send("PUT", path, body)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> ApiAnswer:
        """Sends `body` as JSON, or unchanged if it is bytes."""
        answer = self.unchecked(method, path, body, **headers)
        if answer.status == 401 and "has expired" in answer.text and self._is_refreshed():
            answer = self.unchecked(method, path, body, **headers)
        has_json = answer.text and answer.content_type.endswith("json")
        shown = answer.json if has_json else answer.text
        openapi_document.check(method, full_path(path), answer.status, answer.content_type, shown)
        return answer

    def unchecked(self, method: str, path: str, body: object = None, **headers: str) -> ApiAnswer:
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self.token and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token}"
        _SERVICES.set(self.services)
        response = _client().http.request(method, full_path(path), headers=sent, body=raw)
        return ApiAnswer(response.status_code, response.headers, response.body.decode())

    def login(self, name: str) -> Self:
        """Logs in one of the seeded people: `ana`, `bo`, `sam`, `eve` or `owner`."""
        body = {"email": f"{name}@example.test", "password": f"{name}-demo"}
        answer = self.as_(None).post("/auth/login", body)
        assert answer.status == 200, answer.text
        payload = answer.json["payload"]
        person = self.as_(payload["token"])
        person.refresh = payload["refresh"]
        return person

    def _is_refreshed(self) -> bool:
        """As a client of a person does, once its access token has expired."""
        if self.refresh is None:
            return False
        answer = self.as_(None).post("/auth/refresh", {"refresh": self.refresh})
        if answer.status == 200:
            self.token, self.refresh = (
                answer.json["payload"][name] for name in ("token", "refresh")
            )
        return answer.status == 200


def full_path(path: str) -> str:
    absolute = (
        "/api",
        "/console",
        "/docs",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/asyncapi.json",
    )
    is_root = path.partition("?")[0] == "/"
    return path if is_root or path.startswith(absolute) else f"/api/v1{path}"
