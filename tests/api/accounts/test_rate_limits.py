"""Rate limits: which calls count for which limit, what a refusal says, and that it changes
nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.access import Action
from chalicelib.domain.limit_names import MOST_SOCKETS, LimitName
from chalicelib.domain.limits import LIMITS, Rate, changed
from chalicelib.entrypoints.http.route_table import NATIVE
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.live.push import HANDSHAKE_MS
from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import OTHER_KEY, Api
from tests.support.services import ORIGIN, MemoryServices, limit_rates

TWO = Rate(1, 60, 2)
"""Two calls at once."""


def limit(services: MemoryServices, *names: LimitName) -> None:
    """Two calls, for these limits only."""
    limit_rates(services, {name: changed(LIMITS[name], TWO) for name in names})


def statuses(call: Callable[[], Any], times: int = 3) -> list[int]:
    return [call().status for _ in range(times)]


def test_a_refusal_has_the_headers_and_the_facts_of_its_limit(
    services: MemoryServices, bot: Api
) -> None:
    limit(services, LimitName.KEY)
    for _ in range(2):
        ok(bot.get(f"{BOT}/agents"))

    refused = bot.get(f"{BOT}/agents")

    headers = {name.lower(): value for name, value in refused.headers.items()}
    assert (refused.status, refused.json["code"]) == (429, "rate_limited")
    assert headers["retry-after"] == "60"
    assert headers["ratelimit-policy"] == '"key";q=2;w=120'
    assert headers["ratelimit"] == '"key";r=0;t=60'
    facts = {name: refused.json[name] for name in ("limit", "quota", "window", "retry_after")}
    assert facts == {"limit": "key", "quota": 2, "window": 120, "retry_after": 60}
    services.clock.advance(60_000)
    assert bot.get(f"{BOT}/agents").status == 200


def test_a_refused_message_is_not_stored_and_may_be_sent_again(
    services: MemoryServices, bot: Api
) -> None:
    path = begun(bot)
    limit(services, LimitName.USER)
    said = [message(text=text, message_id=text) for text in "abc"]

    assert [bot.post(f"{BOT}/messages", each).status for each in said] == [201, 201, 429]
    assert [entry["text"] for entry in log(bot, path)] == ["Hello", "a", "b"]
    services.clock.advance(60_000)
    assert bot.post(f"{BOT}/messages", said[2]).status == 201


def test_one_noisy_user_takes_nothing_from_the_others(services: MemoryServices, bot: Api) -> None:
    limit(services, LimitName.USER)
    noisy = [bot.post(f"{BOT}/messages", message(thread=f"t-{n}")).status for n in range(4)]
    paused = bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1", "thread": "t-9"}).status

    assert (noisy, paused) == ([201, 201, 429, 429], 429)
    assert bot.post(f"{BOT}/messages", message(user={"id": "u-2"})).status == 201
    bots = message(thread="t-0") | {"from": "bot"}
    assert bot.post(f"{BOT}/messages", bots).status == 201


def test_a_user_is_counted_too_if_the_call_names_the_conversation(
    services: MemoryServices, bot: Api
) -> None:
    path, other = begun(bot), begun(bot, user={"id": "u-2"})
    limit(services, LimitName.USER)
    said = {"from": "user", "text": "Hello?"}

    assert statuses(lambda: bot.post(f"{path}/messages", said)) == [201, 201, 429]
    assert bot.post(f"{other}/messages", said).status == 201
    assert bot.post(f"{path}/messages", {"from": "bot", "text": "Hello!"}).status == 201


def test_each_key_and_each_person_has_a_bucket_of_their_own(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    limit(services, LimitName.KEY, LimitName.PERSON)

    for caller in (bot, ana, bo):
        assert statuses(partial(caller.get, f"{BOT}/agents")) == [200, 200, 429]
    assert ana.get("/auth/me").status == 429
    other = bot.as_(OTHER_KEY)
    assert other.get("/bots/other/agents").status == 200


def test_all_keys_and_people_of_a_bot_share_its_bucket(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    limit(services, LimitName.BOT)

    assert bot.get(f"{BOT}/agents").status == ana.get(f"{BOT}/agents").status == 200
    assert bot.get(f"{BOT}/agents").status == ana.get(f"{BOT}/agents").status == 429
    assert ana.get("/auth/me").status == 200
    assert bot.as_(OTHER_KEY).get("/bots/other/agents").status == 200


@pytest.mark.parametrize("token", ["bk_demo_wrong", "no-token", None])
def test_wrong_credentials_count_for_the_network_address(
    services: MemoryServices, bot: Api, token: str | None
) -> None:
    limit(services, LimitName.ADDRESS)
    wrong = bot.as_(token)

    assert statuses(lambda: wrong.get(f"{BOT}/agents")) == [401, 401, 429]
    assert bot.get(f"{BOT}/agents").status == 200


@pytest.mark.parametrize(
    ("path", "refused"), [(f"{BOT}/report", 403), ("/bots/other/agents", 404), ("/people", 403)]
)
def test_calls_that_a_caller_may_not_make_count_for_the_network_address(
    services: MemoryServices, ana: Api, path: str, refused: int
) -> None:
    limit(services, LimitName.ADDRESS)

    assert statuses(partial(ana.get, path)) == [refused, refused, 429]
    assert ana.get(f"{BOT}/agents").status == 200


def test_public_calls_count_for_the_network_address_but_not_pages(
    services: MemoryServices, bot: Api
) -> None:
    limit(services, LimitName.ADDRESS)
    anonymous = bot.as_(None)

    for page in ("/healthz", "/openapi.json", "/console/index.html"):
        assert statuses(partial(anonymous.get, page)) == [200] * 3
    assert statuses(lambda: anonymous.post("/auth/refresh", {"refresh": "x"})) == [401, 401, 429]


def test_a_caller_who_may_not_call_takes_no_token_of_the_route(
    services: MemoryServices, ana: Api, sam: Api
) -> None:
    limit(services, LimitName.KEYS)

    assert statuses(lambda: ana.post(f"{BOT}/keys", {"name": "x"})) == [403] * 3


def test_every_route_with_a_limit_of_its_own_keeps_it(services: MemoryServices, bot: Api) -> None:
    """The calls are refused after two, whatever the route answers to an empty body."""
    limited = [route for route in NATIVE if route.limit]
    owner = Api(services).login("owner")

    assert {route.limit for route in limited} | {
        LimitName.KEY,
        LimitName.PERSON,
        LimitName.BOT,
        LimitName.USER,
        LimitName.ADDRESS,
        LimitName.TYPING,
        LimitName.PASSWORD_LINKS,
    } == set(LimitName)
    for route in limited:
        assert route.limit is not None
        limit(services, route.limit)
        for_keys = route.limit is LimitName.NOTIFICATIONS or route.access is Action.LISTEN
        caller = bot if for_keys else owner
        names = {"bot": "demo", "id": "x", "channel": "web", "user": "u", "name": "n"}
        path = route.path.format_map(names)
        sent = [caller.unchecked(route.method, path, {}).status for _ in range(3)]
        assert sent[2] == 429, (str(route), sent)
        assert 429 not in sent[:2], (str(route), sent)


def test_a_refused_invitation_creates_no_account(services: MemoryServices, owner: Api) -> None:
    limit(services, LimitName.INVITATIONS)
    invite = [
        owner.post(f"{BOT}/agents", {"email": f"n{n}@example.test", "name": "N", "role": "agent"})
        for n in range(3)
    ]

    assert [each.status for each in invite] == [201, 201, 429]
    emails = [agent["email"] for agent in owner.get(f"{BOT}/agents").json["items"]]
    assert "n1@example.test" in emails
    assert "n2@example.test" not in emails


# Frames


def test_frames_count_for_their_person_and_get_the_same_error(
    services: MemoryServices, ana: Api, bo: Api
) -> None:
    one, other = SocketClient(services, ana, "a"), SocketClient(services, bo, "b")
    limit(services, LimitName.PERSON)

    replies = [one.do("ping") for _ in range(3)]

    assert [reply["ok"] for reply in replies] == [True, True, False]
    error = replies[2]["error"]
    assert (error["status"], error["code"], error["limit"]) == (429, "rate_limited", "person")
    assert error["retry_after"] == 60
    assert other.do("ping")["ok"]


def test_typing_frames_have_a_limit_of_their_own(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    path = waiting(bot)
    one, other = SocketClient(services, ana, "a"), SocketClient(services, bo, "b")
    other.do("watch", conversation_id=id_of(path), after=0)
    limit(services, LimitName.TYPING)

    replies = [one.do("typing", conversation_id=id_of(path))["ok"] for _ in range(4)]

    assert replies == [True, True, False, False]
    assert len([event for event in other.events if event["event"] == "typing"]) == 2
    assert one.do("ping")["ok"]


def connect(services: MemoryServices, person: Api, name: str) -> dict[str, Any]:
    ticket = person.post("/socket/ticket").json["ticket"]
    headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
    context = {"connectionId": name, "requestId": "r-1"}
    return handlers.connect(services, {"requestContext": context, "headers": headers})


def test_a_person_has_at_most_ten_open_sockets(services: MemoryServices, ana: Api, bo: Api) -> None:
    tabs = [SocketClient(services, ana, f"a-{number}") for number in range(MOST_SOCKETS)]

    refused = connect(services, ana, "one-too-many")

    assert refused["statusCode"] == 429
    assert len(services.connections.of_bot("demo")) == MOST_SOCKETS
    assert [event["event"] for event in tabs[0].events] == ["probe"]
    SocketClient(services, bo, "b")
    handlers.disconnect(services, {"requestContext": {"connectionId": "a-3"}})
    assert connect(services, ana, "free-again")["statusCode"] == 200


def test_connections_that_ended_without_a_word_do_not_count(
    services: MemoryServices, ana: Api
) -> None:
    for number in range(MOST_SOCKETS):
        SocketClient(services, ana, f"a-{number}")
    services.clock.advance(HANDSHAKE_MS)
    services.sockets.disconnect("a-0")

    assert connect(services, ana, "next")["statusCode"] == 200
