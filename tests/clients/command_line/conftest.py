from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.app_server import AppServer
from tests.clients.command_line.setup import log_in


@pytest.fixture(autouse=True)
def login_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "baton" / "login.json"
    monkeypatch.setenv("BATON_LOGIN", str(path))
    for name in ("BATON_URL", "BATON_KEY", "BATON_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[AppServer]:
    with AppServer() as running:
        yield running


@pytest.fixture
def owner(server: AppServer) -> None:
    log_in(server, "owner")
