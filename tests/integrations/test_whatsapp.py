"""examples/whatsapp with a fake of Meta's Graph API and the real app."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from baton_client import AsyncBaton, Baton, File, RetryPolicy
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.integrations.baton_events import SECRET, Handoff
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example

APP_SECRET, VERIFY_TOKEN, TOKEN = "app-secret", "verify-me", "EAAG-token"
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 60


class Meta:
    """The Graph API, as far as the example uses it. The next calls get `refusals`."""

    def __init__(self) -> None:
        self.url = ""
        self.refusals: list[int] = []

    def answer(self, call: PlatformCall) -> Answer:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}
        if self.refusals:
            return self.refusals.pop(), {"error": {"code": 130429}}
        if call.path == "/media-1":
            return 200, {"url": f"{self.url}/content", "mime_type": "image/jpeg"}
        if call.path == "/content":
            return 200, JPEG
        if call.path == "/gone":
            return 404, {}
        return 200, {"id": "media-2", "messages": [{"id": "wamid.out"}]}


class WhatsAppBot:
    def __init__(self, server: AppServer, client: Any, meta: Meta, platform: PlatformServer):
        self.server, self.client, self.meta, self.platform = server, client, meta, platform

    def post(self, value: object, secret: str = APP_SECRET) -> int:
        change = {"field": "messages", "value": value}
        body = json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={digest}"}
        return int(self.client.post("/whatsapp", content=body, headers=headers).status_code)

    def says(self, id: str, kind: str, content: object, user: str = "4930") -> int:
        contact = {"wa_id": user, "profile": {"name": "Pia"}}
        message = {"from": user, "id": id, "timestamp": "1", "type": kind, kind: content}
        return self.post({"contacts": [contact], "messages": [message]})

    def wait_for(self, *wanted: str) -> None:
        self.platform.wait_for(said, *wanted)

    def hears(self, events: list[Any]) -> list[int]:
        """The statuses of the answers to Baton's webhooks."""
        return [
            self.client.post("/baton/", content=body, headers=headers).status_code
            for headers, body in events
        ]

    def log_of(self, user: str = "4930") -> tuple[str, list[Any]]:
        with Baton(self.server.url, self.server.key) as baton:
            found = baton.call("GET", f"/conversations/lookup?channel=whatsapp&user={user}")["id"]
            return found, list(baton.transcript(found))


def said(call: PlatformCall) -> str | None:
    """The texts that the user sees."""
    if not call.path.endswith("/messages"):
        return None
    kind = call.fields["type"]
    content = call.fields[kind]
    if kind == "interactive":
        buttons = [each["reply"]["title"] for each in content["action"]["buttons"]]
        return f"{content['body']['text']} {buttons}"
    return str(content["body"] if kind == "text" else f"{kind} {content}")


@pytest.fixture
def bot(server: AppServer) -> Iterator[WhatsAppBot]:
    from starlette.testclient import TestClient

    module = example("whatsapp/bot.py")
    meta = Meta()
    with PlatformServer(meta.answer) as platform:
        meta.url = platform.url
        whatsapp = module.WhatsApp(TOKEN, "15550", platform.url, waits=(0.01, 0.01))
        baton = AsyncBaton(server.url, server.key, SECRET, retries=RetryPolicy(first_wait=0.01))
        with TestClient(module.app(whatsapp, baton, APP_SECRET, VERIFY_TOKEN)) as client:
            yield WhatsAppBot(server, client, meta, platform)


def test_a_whatsapp_user_talks_to_the_bot_and_then_to_a_person(
    server: AppServer, bot: WhatsAppBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert bot.says("m1", "text", {"body": "Hi"}) == 200
    assert bot.says("m1", "text", {"body": "Hi"}) == 200  # Meta delivers it again.
    bot.says("m2", "text", {"body": "Which size?"})
    reply = {"type": "button_reply", "button_reply": {"id": "l", "title": "Large"}}
    bot.says("m3", "interactive", reply)
    image = {"id": "media-1", "caption": "My parcel"}
    assert [bot.says("m4", "image", image), bot.says("m4", "image", image)] == [200, 200]
    bot.says("m5", "document", {"id": "gone", "filename": "bill.pdf"})
    bot.says("m6", "location", {"latitude": 41.4, "longitude": 2.2})
    bot.says("m7", "reaction", {"message_id": "wamid.out", "emoji": "👍"})
    bot.says("m8", "text", {"body": "A human, please"})
    bot.says("m9", "text", {"body": "Hello?"})
    shown = ["You said: Hi", "Which size? ['Small', 'Large']", "You said: Large"]
    shown += ["You said: My parcel", "You said: a file", "You said: a file"]
    shown.append("One moment, I ask a colleague.")
    bot.wait_for(*shown)

    found, entries = bot.log_of()
    kinds = ["text", "text", "postback", "image", "file", "location", "reaction", "text", "text"]
    assert [entry["type"] for entry in entries if entry["from"] == "user"] == kinds
    ana = Handoff(server, found)
    assert set(bot.hears(ana.claim())) == {204}
    assert set(bot.hears(ana.say("Here I am."))) == {204}
    with Baton(server.url, server.key) as baton:
        upload_id = baton.upload(File("yours.jpg", JPEG), conversation_id=found)
    picture = {"type": "image", "payload": {"upload_id": upload_id, "caption": "Yours?"}}
    assert set(bot.hears(ana.do("messages", picture))) == {204}
    assert set(bot.hears(ana.unpause())) == {204}
    bot.says("m10", "text", {"body": "Thanks"})

    seen = [each for each in map(said, bot.platform.sent) if each][len(shown) :]
    assert seen[0] in ("You are being transferred.", "You are now talking to Ana.")
    assert seen[-4:] == [
        "Here I am.",
        "image {'id': 'media-2', 'caption': 'Yours?'}",
        "Your conversation with our team has ended. You are talking to the bot again.",
        "You said: Thanks",
    ]
    uploads = [call.files for call in bot.platform.sent if call.path.endswith("/media")]
    assert uploads == [{"file": JPEG}]
    assert TOKEN not in caplog.text + json.dumps(entries)


def test_meta_is_recognised_by_its_token_and_its_signature(bot: WhatsAppBot) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "77"}

    assert bot.client.get("/whatsapp", params=asked).text == "77"
    assert bot.client.get("/whatsapp", params={**asked, "hub.verify_token": "x"}).status_code == 403
    assert bot.post({"messages": []}, secret="another") == 401
    assert bot.client.post("/whatsapp", content=b"{}").status_code == 401


def test_a_reply_is_sent_again_if_whatsapp_has_too_many_calls(bot: WhatsAppBot) -> None:
    bot.meta.refusals = [429, 503]

    assert bot.says("r1", "text", {"body": "Hi"}, user="4931") == 200

    assert [each for each in map(said, bot.platform.sent) if each] == ["You said: Hi"] * 3


def test_meta_keeps_the_message_while_baton_does_not_answer(
    server: AppServer, bot: WhatsAppBot
) -> None:
    server.control({"faults": [CUT_BEFORE] * 4})

    first = bot.says("u1", "text", {"body": "Hi"}, user="4932")

    assert (first, bot.says("u1", "text", {"body": "Hi"}, user="4932")) == (503, 200)
    bot.wait_for("You said: Hi")


def test_agents_learn_that_a_message_was_not_delivered(bot: WhatsAppBot, server: AppServer) -> None:
    bot.says("n1", "text", {"body": "Hi"}, user="4933")
    failed = {"id": "wamid.x", "status": "failed", "recipient_id": "4933"}
    error = {"code": 131047, "title": "Re-engagement message"}

    assert bot.post({"statuses": [{**failed, "errors": [error]}]}) == 200
    assert bot.post({"statuses": [{**failed, "status": "delivered"}]}) == 200

    notified = server.control({"ana": ["GET", "/bots/demo/notifications", None]})["items"]
    assert [each["message"] for each in notified] == [
        "WhatsApp did not deliver a message: Re-engagement message"
    ]
