"""A user whose every field holds one word, to find out where it is left."""

from collections.abc import Iterator
from typing import Any

from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.webhooks.worker import deliver
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

CANARY = "canary7f3a"
BOT = "/bots/demo"
USER = {"id": f"u-{CANARY}", "name": f"{CANARY} Lena", "attributes": {"mail": f"{CANARY}@x.test"}}
PAYLOAD = {"url": f"https://x.test/{CANARY}", "caption": CANARY}
KEY = "Idempotency-Key"


def ok(answer: ApiAnswer) -> Any:
    assert answer.status in (200, 201, 202, 204), answer.text
    return answer.json if answer.text else None


def live(services: MemoryServices, bot: Api, agent: Api) -> list[str]:
    """The user's two conversations: one with an open handoff, one with the bot. Returns the ids."""
    address = {"channel": "web", "user": USER, "thread": f"t-{CANARY}"}
    said = {**address, "from": "user", "text": CANARY, "message_id": f"m-{CANARY}"}
    first = ok(bot.post(f"{BOT}/messages", said, **{KEY: f"k-{CANARY}"}))["conversation_id"]
    path = f"{BOT}/conversations/{first}"
    image = {"from": "user", "type": "image", "payload": PAYLOAD, "message_id": f"i-{CANARY}"}
    ok(bot.post(f"{path}/messages", image))
    visit = {"from": "user", "type": "visit", "payload": {"page": CANARY}}
    ok(bot.post(f"{path}/messages", visit))
    ok(bot.post(f"{path}/messages", {"from": "bot", "text": f"Hello {CANARY}"}))
    for resolved in (True, False):
        ask = {"reason": CANARY, "context": {"a": CANARY}, "summary": CANARY, "say": CANARY}
        ok(bot.post(f"{path}/pause", ask, **{KEY: f"p-{CANARY}-{resolved}"}))
        ok(bot.post(f"{path}/pause", ask, **{KEY: f"again-{CANARY}-{resolved}"}))
        ok(bot.send("PATCH", f"{path}/handoff", {"reason": CANARY * 2, "context": {"b": CANARY}}))
        ok(bot.post(f"{path}/messages", {"from": "user", "text": CANARY}))
        assert bot.post(f"{path}/messages", {"from": "bot", "text": CANARY}).status == 409
        ok(agent.post(f"{path}/claim", {}))
        ok(bot.post(f"{path}/suggestions", {"text": CANARY}))
        words = {"text": CANARY, "message_id": f"a-{CANARY}-{resolved}"}
        ok(agent.post(f"{path}/messages", words))
        ok(agent.post(f"{path}/notes", {"text": CANARY}))
        ok(agent.put(f"{path}/tags", {"tags": [CANARY, str(resolved)]}))
        if resolved:
            end = {"note": CANARY, "resume_at": CANARY, "variables": {"c": CANARY}}
            handoff_id = ok(bot.get(path))["handoff"]["id"]
            ok(bot.post(f"{path}/unpause", end, **{KEY: f"u-{CANARY}"}))
            rating = {"score": 2, "comment": CANARY}
            ok(bot.post(f"{BOT}/handoffs/{handoff_id}/rating", rating, **{KEY: f"r-{CANARY}"}))
    shown = {"message": CANARY, "conversation_id": first, "url": f"https://x.test/{CANARY}"}
    ok(bot.post(f"{BOT}/notifications", shown))
    alone = {"channel": "web", "user": USER, "from": "user", "text": CANARY}
    second = ok(bot.post(f"{BOT}/messages", {**alone, "thread": f"s-{CANARY}"}))["conversation_id"]
    react_to_all(services, [first, second])
    return [first, second]


def react_to_all(services: MemoryServices, ids: list[str], after: int = 0) -> None:
    """As the stream and the webhook's queue would."""
    for each in ids:
        for entry in services.conversations.entries_after("demo", each, after, 1000):
            react(services, CommittedEntry("demo", each, entry))
        deliver(services, "demo", each, "receipt")


def come_back(bot: Api, text: str = "I am back") -> Any:
    """The user writes anew in the thread that had the open handoff."""
    address = {"channel": "web", "user": {"id": USER["id"]}, "thread": f"t-{CANARY}"}
    return ok(bot.post(f"{BOT}/messages", {**address, "from": "user", "text": text}))


def erase(admin: Api) -> Any:
    answer = admin.send("DELETE", f"{BOT}/users/web/{USER['id']}")
    assert answer.status == 202, answer.text
    return answer.json


def everything_shown(bot: Api, admin: Api, ids: list[str]) -> Iterator[ApiAnswer]:
    """The answers of all routes that read."""
    for caller in (bot, admin):
        yield caller.get(f"{BOT}/conversations", limit="100")
        yield caller.get(f"{BOT}/conversations", name=CANARY)
        if caller is admin:
            yield caller.get(f"{BOT}/search", q=CANARY)
            yield caller.get(f"{BOT}/search", tag=CANARY)
        yield caller.get(f"{BOT}/conversations/lookup", name=f"{CANARY} Lena")
        yield caller.get(f"{BOT}/conversations/lookup", channel="web", user=str(USER["id"]))
        handoffs = caller.get(f"{BOT}/handoffs", limit="100")
        yield handoffs
        for handoff in handoffs.json["items"]:
            yield caller.get(f"{BOT}/handoffs/{handoff['id']}")
        for each in ids:
            path = f"{BOT}/conversations/{each}"
            yield caller.get(path)
            yield caller.get(f"{path}/user")
            yield caller.get(f"{path}/entries", after="0", limit="100")
            yield caller.get(f"{path}/entries", limit="100")
            yield caller.get(f"{BOT}/handoffs", conversation=each)
            for form in ("chat", "text", "jsonl"):
                yield caller.get(f"{path}/transcript", format=form)
    for each in ids:
        yield bot.get(f"{BOT}/conversations/{each}/gate")
    yield admin.get(f"{BOT}/users/web/{USER['id']}/export")
    for list_ in ("notifications", "audit", "deliveries"):
        yield admin.get(f"{BOT}/{list_}", limit="100")
    yield admin.get(f"{BOT}/report")
