"""Typing indicators in both directions; a late one is dropped."""

import json
from typing import Any

from chalicelib.domain.conversation.authors import Author
from chalicelib.entrypoints.events import webhook_queue
from tests.api.conversation_setup import id_of, ok, owned, waiting
from tests.api.live.socket_client import SocketClient, fits
from tests.support.api import Api
from tests.support.services import MemoryServices

URL = "http://127.0.0.1:9/webhook"


def typed(client: SocketClient) -> list[Any]:
    return [event for event in client.events if event["event"] == "typing"]


def test_the_owner_and_viewers_see_the_user_typing(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    owner, watcher, other = (
        SocketClient(services, who, name) for who, name in ((ana, "a"), (bo, "b"), (sam, "s"))
    )
    path = owned(bot, ana)
    watcher.do("watch", conversation_id=id_of(path), after=0)
    before = len(ok(bot.get(f"{path}/entries"))["items"])

    answer = bot.post(f"{path}/typing", {"from": "user"})

    assert (answer.status, answer.json) == (202, {})
    assert [each["from"] for each in typed(owner) + typed(watcher)] == ["user", "user"]
    fits(typed(owner)[0], ["typingEvent"])
    assert typed(other) == []
    assert len(ok(bot.get(f"{path}/entries"))["items"]) == before


def test_only_the_owners_typing_is_sent_to_the_webhook(bot: Api, ana: Api, bo: Api) -> None:
    services = MemoryServices(URL)
    bot = Api(services, "bk_demo_onlyforloopback")
    ana, bo = bot.login("ana"), bot.login("bo")
    mine, other = SocketClient(services, ana, "a"), SocketClient(services, bo, "b")
    path = owned(bot, ana)

    mine.do("typing", conversation_id=id_of(path))
    other.do("typing", conversation_id=id_of(path))

    assert [(sign[1], sign[2].name) for sign in services.webhook_queue.typing_signs] == [
        (id_of(path), "Ana")
    ]


def test_a_typing_sign_is_delivered_once_and_never_late() -> None:
    services = MemoryServices(URL)
    bot = Api(services, "bk_demo_onlyforloopback")
    ana = bot.login("ana")
    path = owned(bot, ana)
    who = ok(ana.get("/auth/me"))
    now = services.clock.now()

    deliver(services, path, Author(who["id"], "Ana"), now)
    deliver(services, path, Author(who["id"], "Ana"), now - 6000)
    deliver(services, path, Author("p_nobody", "Nobody"), now)

    (post,) = services.webhook_client.requests
    told = json.loads(post.body)
    assert (told["type"], told["data"]["author"]["name"]) == ("typing", "Ana")
    assert told["data"]["conversation_id"] == id_of(path)


def test_watchers_see_the_user_typing_while_the_conversation_waits(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    client = SocketClient(services, ana, "a")
    path = waiting(bot)
    client.do("watch", conversation_id=id_of(path), after=0)

    ok_202 = bot.post(f"{path}/typing", {"from": "user"}).status

    assert ok_202 == 202
    assert len(typed(client)) == 1


def test_the_typing_route_accepts_only_the_user(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    assert bot.post(f"{path}/typing", {"from": "bot"}).status == 400
    assert bot.post(f"{path}/typing", {}).status == 400
    assert ana.post(f"{path}/typing", {"from": "user"}).status == 403


def deliver(services: MemoryServices, path: str, author: Author, at: int) -> None:
    typing = {"id": author.id, "name": author.name}
    body = {"bot": "demo", "conversation_id": id_of(path), "typing": typing, "at": at}
    record = {"messageId": "1", "receiptHandle": "r", "body": json.dumps(body)}
    assert webhook_queue.handle(services, {"Records": [record]}) == {"batchItemFailures": []}
