"""Faults that people have reported of other handoff systems, played here: each test names its
report."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.routing.hours import Hours
from tests.api.conversation_setup import (
    BOT,
    id_of,
    log,
    message,
    ok,
    online,
    owned,
    person,
    waiting,
)
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import MINUTE, Simulation
from tests.support.api import Api
from tests.support.services import MemoryServices

SALES = frozenset({"sales"})


@pytest.fixture
def simulation(services: MemoryServices) -> Simulation:
    return Simulation(services)


def agents(services: MemoryServices, bot: Api, *names: str, **place: Any) -> list[Api]:
    """Agents of the queue `sales`, online."""
    for name in names:
        person(services, name, queues=SALES, **place)
    team = [bot.login(name) for name in names]
    for agent in team:
        online(agent)
    return team


def queue(owner: Api, name: str, **settings: Any) -> None:
    ok(owner.put(f"{BOT}/queues/{name}", settings))


def kinds(caller: Api, path: str) -> list[str]:
    return [entry["kind"] for entry in log(caller, path)]


def texts(caller: Api, path: str) -> list[str]:
    return [entry["text"] for entry in log(caller, path) if entry["kind"] == "message"]


# Who may speak


def test_a_bot_that_ignores_the_status_is_refused(bot: Api, ana: Api) -> None:
    """chatwoot/rasa-agent-bot-demo#12: the bot replies although the conversation is open."""
    path = owned(bot, ana)

    answer = bot.post(f"{BOT}/messages", message(**{"from": "bot", "text": "Me again."}))

    assert (answer.status, answer.json["code"]) == (409, "not_your_turn")
    assert texts(ana, path) == ["Hello"]


def test_the_final_reply_of_the_turn_that_handed_over_is_not_sent(bot: Api, ana: Api) -> None:
    """fazer-ai/agents#158: the farewell is sent, and then the model's reply with the same text."""
    turn = ok(bot.post(f"{BOT}/messages", message()))
    path = f"{BOT}/conversations/{turn['conversation_id']}"
    ok(bot.post(f"{path}/pause", {"say": "A person will go on."}))

    reply = {"text": "A person will go on!", "from": "bot", "epoch": turn["epoch"]}
    answer = bot.post(f"{path}/messages", reply)

    assert answer.status == 409
    assert texts(ana, path) == ["Hello", "A person will go on."]


def test_an_agent_who_answers_at_once_silences_the_bot(bot: Api, ana: Api) -> None:
    """fazer-ai/agents#433, odoo/odoo#256826: the bot answers over the colleague who has joined."""
    turn = ok(bot.post(f"{BOT}/messages", message()))
    path = f"{BOT}/conversations/{turn['conversation_id']}"
    me = online(ana)
    ok(ana.post(f"{path}/pause", {"agent": me}))
    ok(ana.post(f"{path}/messages", {"text": "I take this."}))

    late = bot.post(f"{path}/messages", {"text": "Bot.", "from": "bot", "epoch": turn["epoch"]})

    assert late.status == 409
    assert ok(bot.get(f"{path}/gate"))["paused"] is True


def test_the_bot_answers_again_after_the_return(bot: Api, ana: Api) -> None:
    """fazer-ai/agents#452: after the return, the bot's turns end without a reply."""
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved"}))

    turn = ok(bot.post(f"{BOT}/messages", message(text="Thanks. One more thing.")))
    reply = {"text": "Yes?", "from": "bot", "epoch": turn["epoch"]}

    assert turn["disposition"] == "bot"
    assert bot.post(f"{path}/messages", reply).status == 201


def test_the_bot_learns_what_people_said_and_that_it_is_over(bot: Api, ana: Api) -> None:
    """fazer-ai/agents#457: nothing marks the end of the human stretch for the model."""
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": "Your refund is on its way."}))
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved", "note": "Refunded."}))

    returned = log(bot, path)[-1]

    assert returned["kind"] == "returned"
    assert returned["payload"]["outcome"] == "resolved"
    assert returned["payload"]["note"] == "Refunded."
    assert "Your refund is on its way." in texts(bot, path)


def test_a_user_who_comes_back_after_days_meets_the_bot(
    bot: Api, ana: Api, simulation: Simulation
) -> None:
    """chatwoot/chatwoot#5668, #9741: the conversation goes on with the old agent, who is away."""
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved"}))
    simulation.advance(15 * MINUTE)

    assert ok(bot.post(f"{BOT}/messages", message(text="Hi again.")))["disposition"] == "bot"
    head = ok(bot.post(f"{path}/pause", {}))

    assert (head["status"], head["owner"]) == ("waiting", None)


# Two agents


def test_two_agents_who_accept_at_once_do_not_both_chat(bot: Api, ana: Api, bo: Api) -> None:
    """RocketChat/Rocket.Chat#22206, #37776: both agents talk to the user in parallel."""
    path = waiting(bot)

    first, second = (agent.post(f"{path}/claim", {"epoch": 2}) for agent in (ana, bo))

    assert (first.status, second.status) == (200, 409)
    assert second.json["owner_name"] == "Ana"
    assert bo.post(f"{path}/messages", {"text": "Me too."}).status == 409


def test_a_transferred_conversation_appears_without_a_reload(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, simulation: Simulation
) -> None:
    """chatwoot/chatwoot#1869: the agent who gets it must reload the page."""
    path = owned(bot, ana)
    console = SocketClient(services, bo, "bo")
    to = online(bo)
    simulation.run_reactions()

    ok(ana.post(f"{path}/transfer", {"agent": to}))
    simulation.run_reactions()

    heads = [event["head"] for event in console.events if "head" in event]
    assert [head["owner"] for head in heads if head["id"] == id_of(path)][-1] == to


def test_an_agent_sees_all_again_when_it_is_transferred_back(bot: Api, ana: Api, bo: Api) -> None:
    """twilio-professional-services/flex-project-template#447: the transcript is missing."""
    path = owned(bot, ana)
    first, second = online(ana), online(bo)
    ok(ana.post(f"{path}/messages", {"text": "One."}))
    ok(ana.post(f"{path}/transfer", {"agent": second}))
    ok(bo.post(f"{path}/messages", {"text": "Two."}))
    ok(bo.post(f"{path}/transfer", {"agent": first}))

    assert texts(ana, path) == ["Hello", "One.", "Two."]
    assert ana.post(f"{path}/messages", {"text": "Three."}).status == 201


def test_an_agent_who_was_away_gets_what_a_colleague_wrote(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    """chatwoot/chatwoot#14934: after a reconnect, only the last seconds are loaded."""
    path = owned(bot, ana)
    seen = len(log(bo, path))
    services.clock.advance(25 * MINUTE)
    ok(ana.post(f"{path}/messages", {"text": "While you were away."}))
    services.clock.advance(25 * MINUTE)

    reply = SocketClient(services, bo, "again").do("watch", conversation_id=id_of(path), after=seen)

    assert [entry["text"] for entry in reply["result"]["entries"]] == ["While you were away."]


def test_the_agent_who_puts_it_back_is_out(services: MemoryServices, bot: Api, owner: Api) -> None:
    """RocketChat/Rocket.Chat#23404: the previous agent stays in it, so that nobody can take it."""
    queue(owner, "sales")
    amy, ben = agents(services, bot, "amy", "ben", capacity=1)
    path = waiting(bot, "sales")
    ok(amy.post(f"{path}/claim", {}))
    ok(amy.post(f"{path}/transfer", {"queue": "sales"}))

    assert amy.post(f"{path}/messages", {"text": "Still me."}).status == 409
    assert ben.post(f"{path}/claim", {}).status == 200
    again = waiting(bot, "sales", user={"id": "u-2"})
    assert amy.post(f"{again}/claim", {}).status == 200


def test_no_agent_gets_more_than_they_can_take(
    services: MemoryServices, bot: Api, owner: Api, simulation: Simulation
) -> None:
    """chatwoot/chatwoot#1198, #11034, RocketChat/Rocket.Chat#35722, botpress/v12#1322."""
    queue(owner, "sales", mode="offer")
    amy, ben = agents(services, bot, "amy", "ben", capacity=2)
    paths = [waiting(bot, "sales", user={"id": f"u-{number}"}) for number in range(6)]
    for _ in range(6):
        simulation.advance(10_000)
        for path in paths:
            if offer := ok(bot.get(path))["offered_to"]:
                asked = amy if offer["name"] == "Amy" else ben
                ok(asked.post(f"{path}/claim", {}))

    owners = [ok(bot.get(path))["owner_name"] for path in paths]
    assert sorted(name or "" for name in owners) == ["", "", "Amy", "Amy", "Ben", "Ben"]


# Nobody is there


def test_nothing_that_a_user_writes_is_lost_while_nobody_is_online(bot: Api, ana: Api) -> None:
    """RocketChat/Rocket.Chat#2772: messages are lost when all agents are offline."""
    path = waiting(bot)
    for word in ("Is", "anybody", "there?"):
        ok(bot.post(f"{BOT}/messages", message(text=word)))

    assert texts(ana, path) == ["Hello", "Is", "anybody", "there?"]
    assert ana.post(f"{path}/claim", {}).status == 200


def test_a_conversation_that_began_while_all_were_offline_is_in_the_list_later(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    """RocketChat/Rocket.Chat#31474, #13818: who comes online later does not see it."""
    path = waiting(bot)
    online(ana)

    board = SocketClient(services, ana, "ana").do("sync")["result"]["heads"]

    assert [head["id"] for head in board] == [id_of(path)]


def test_a_user_for_whom_nobody_comes_is_told_and_goes_back(
    bot: Api, owner: Api, simulation: Simulation
) -> None:
    """RocketChat/feature-requests#593, Rocket.Chat#22955: the user waits without an end."""
    queue(owner, "sales", limits={"give_up": 300})
    path = waiting(bot, "sales")

    simulation.advance(6 * MINUTE)

    assert kinds(bot, path)[-1] == "returned"
    assert log(bot, path)[-1]["payload"]["outcome"] == "expired"
    assert ok(bot.get(f"{path}/gate"))["paused"] is False


def test_a_conversation_back_in_the_queue_is_not_closed_for_silence(
    services: MemoryServices, bot: Api, owner: Api, simulation: Simulation
) -> None:
    """RocketChat/Rocket.Chat#21782: the inactivity monitor closes chats returned to the queue."""
    queue(owner, "sales", limits={"user_idle": 60})
    (amy,) = agents(services, bot, "amy")
    path = waiting(bot, "sales")
    ok(amy.post(f"{path}/claim", {}))
    ok(amy.post(f"{path}/messages", {"text": "One moment."}))
    ok(amy.post(f"{path}/release", {}))

    simulation.advance(10 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"


def test_an_agent_who_does_not_answer_loses_the_conversation(
    services: MemoryServices, bot: Api, owner: Api, simulation: Simulation
) -> None:
    """chatwoot/chatwoot#13515: who is assigned must reply in time, also after a reassignment."""
    queue(owner, "sales", limits={"agent_idle": 120, "agent_lost": None})
    amy, ben = agents(services, bot, "amy", "ben")
    path = waiting(bot, "sales")
    ok(amy.post(f"{path}/claim", {}))
    simulation.advance(60_000)
    ok(amy.post(f"{path}/transfer", {"agent": ok(ben.get("/agents/me"))["id"]}))

    simulation.advance(60_000)
    assert ok(bot.get(path))["owner_name"] == "Ben"
    simulation.advance(3 * MINUTE)

    assert ok(bot.get(path))["status"] == "waiting"
    assert "released" in kinds(bot, path)


# Time


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 10, 31, 12, 30, tzinfo=UTC), False),  # 08:30 in New York, Saturday
        (datetime(2026, 10, 30, 13, 30, tzinfo=UTC), True),  # 09:30, summer time
        (datetime(2026, 11, 2, 13, 30, tzinfo=UTC), False),  # 08:30, winter time
        (datetime(2026, 11, 2, 14, 30, tzinfo=UTC), True),  # 09:30
        (datetime(2026, 11, 2, 22, 0, tzinfo=UTC), False),  # 17:00
    ],
    ids=str,
)
def test_opening_hours_follow_daylight_saving_time(moment: datetime, *, is_open: bool) -> None:
    """RocketChat/Rocket.Chat#4898, chatwoot/chatwoot#2882: an hour too early after the change."""
    week = dict.fromkeys(("monday", "friday"), (("09:00", "17:00"),))
    hours = Hours("America/New_York", week)

    assert hours.is_open(int(moment.timestamp() * 1000)) is is_open


def test_opening_hours_count_the_day_of_their_time_zone() -> None:
    """RocketChat/Rocket.Chat#32287: Saturday here is Sunday there."""
    hours = Hours("Pacific/Auckland", {"sunday": (("00:00", "24:00"),)})
    saturday_evening = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)

    assert hours.is_open(int(saturday_evening.timestamp() * 1000))


def test_opening_hours_may_go_past_midnight(owner: Api) -> None:
    """chatwoot/chatwoot#5254: 21:00 to 02:00 cannot be set."""
    evening, night = [["21:00", "24:00"]], [["00:00", "02:00"]]
    hours = {"time_zone": "Europe/Berlin", "weekly": {"monday": evening, "tuesday": night}}

    queue(owner, "late", hours=hours)
    across = {**hours, "weekly": {"monday": [["21:00", "02:00"]]}}
    answer = owner.put(f"{BOT}/queues/late", {"hours": across})

    assert answer.status == 400
    assert "put the hours after midnight on the next day" in json.dumps(answer.json)


# Reports and names


def test_the_first_reply_counts_for_the_owner_alone(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, simulation: Simulation
) -> None:
    """chatwoot/chatwoot#7978: somebody with no conversation has a first response time."""
    path = owned(bot, ana)
    ok(bo.post(f"{path}/notes", {"text": "I know this one."}))
    ok(ana.post(f"{path}/messages", {"text": "Hello."}))
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved"}))
    simulation.run_reactions()

    report = ok(bot.login("sam").get(f"{BOT}/report"))

    assert [row["name"] for row in report["agents"]] == ["Ana"]


def test_a_new_name_of_a_user_shows_at_once(bot: Api, ana: Api) -> None:
    """chatwoot/chatwoot#13051: canned replies keep the old name."""
    path = owned(bot, ana)

    ok(bot.post(f"{BOT}/messages", message(user={"id": "u-1", "name": "Zoë"})))

    assert ok(ana.get(path))["user_name"] == "Zoë"
