"""The REST API over the network, as one caller."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT = 20
OUTSIDE = ("/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class RestClient:
    """`path` is relative to `/api/v1`, except for the health checks."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token

    def get(self, path: str, **query: object) -> HttpAnswer:
        return self.send("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: object = None, **headers: str) -> HttpAnswer:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object) -> HttpAnswer:
        return self.send("PUT", path, body)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> HttpAnswer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        raw = None if body is None else json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        where = urlsplit(self.url)
        secure = where.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(where.netloc, timeout=TIMEOUT)
        try:
            full = where.path + (path if path in OUTSIDE else f"/api/v1{path}")
            connection.request(method, full, raw, sent)
            response = connection.getresponse()
            return HttpAnswer(response.status, response.read().decode())
        finally:
            connection.close()
