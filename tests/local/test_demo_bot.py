"""The demo bot handles webhooks correctly, tested without a running Baton."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.error import URLError

import pytest
from standardwebhooks.webhooks import Webhook

from infra.local.demo_bot import CHANNEL, DemoBot
from infra.local.seed import WEBHOOK_SECRET


class Baton:
    """An HTTP server that records the users to whom the bot writes, and their ratings."""

    def __init__(self) -> None:
        self.said = said = list[str]()
        self.rated = rated = list[tuple[str, int]]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/rating"):
                    rated.append((self.path.split("/")[-2], json.loads(body)["score"]))
                else:
                    said.append(json.loads(body)["user"]["id"])
                self.send_response(201)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Keeps the test output quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_the_bot_greets_a_returning_user_of_its_own_channel_only(tmp_path: Path) -> None:
    with Baton() as baton:
        bot = DemoBot(lambda: baton.url, "demo", "bk_demo_x", WEBHOOK_SECRET, tmp_path / "known")
        for channel, user in (("elsewhere", "yan"), (CHANNEL, "zoe")):
            data = {"channel": channel, "user": user, "epoch": 3}
            body = json.dumps({"type": "conversation.returned", "data": data})
            bot.receive_webhook(body.encode(), signed(user, body))

    assert baton.said == ["zoe"]


def test_the_bot_ignores_a_repeated_webhook_after_a_restart(tmp_path: Path) -> None:
    data = {"channel": CHANNEL, "user": "zoe", "epoch": 3}
    body = json.dumps({"type": "conversation.returned", "data": data})
    with Baton() as baton:
        for _ in range(2):
            bot = DemoBot(
                lambda: baton.url, "demo", "bk_demo_x", WEBHOOK_SECRET, tmp_path / "known"
            )
            bot.receive_webhook(body.encode(), signed("once", body))

    assert baton.said == ["zoe"]


def test_the_bot_handles_a_webhook_on_its_second_delivery_if_the_first_failed(
    tmp_path: Path,
) -> None:
    data = {"channel": CHANNEL, "user": "zoe", "epoch": 3}
    body = json.dumps({"type": "conversation.returned", "data": data})
    with Baton() as baton:
        where = ["http://127.0.0.1:1", baton.url]
        bot = DemoBot(lambda: where[0], "demo", "bk_demo_x", WEBHOOK_SECRET, tmp_path / "known")
        with pytest.raises(URLError):
            bot.receive_webhook(body.encode(), signed("once", body))
        del where[0]
        bot.receive_webhook(body.encode(), signed("once", body))

    assert baton.said == ["zoe"]


def test_the_user_rates_each_handoff_in_which_a_person_helped_once(tmp_path: Path) -> None:
    with Baton() as baton:
        bot = DemoBot(lambda: baton.url, "demo", "bk_demo_x", WEBHOOK_SECRET, tmp_path / "known")
        for user, outcome in (("zoe", "resolved"), ("yan", "expired")):
            data = {"channel": CHANNEL, "user": user, "epoch": 3, "outcome": outcome}
            data["handoff_id"] = f"h_{user}"
            body = json.dumps({"type": "conversation.returned", "data": data})
            bot.receive_webhook(body.encode(), signed(user, body))
        for user in ("zoe", "zoe", "yan"):
            bot.rate(user, 4)

    assert baton.rated == [("h_zoe", 4)]


def signed(id: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(WEBHOOK_SECRET).sign(id, now, body),
    }
