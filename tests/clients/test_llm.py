"""A bot that is a language model. The model is a script; Baton is the real app."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from baton_client import AsyncBaton, Baton, RetryPolicy, Turn
from baton_client.llm import (
    HandoverTool,
    amodel_steps,
    anthropic_messages,
    model_steps,
    openai_messages,
    resume_context,
)
from tests.clients.app_server import AppServer

TOOL = HandoverTool(queues={"billing": "Money.", "support": "Everything else."})
ANYWHERE = HandoverTool(if_unavailable="queue")
ASKED = {"reason": "Wants a refund.", "summary": "The parcel broke.", "say": "One moment."}

Model = Callable[[list[Any]], str | dict[str, Any]]
"""Gets messages and returns a text, or the arguments of the tool."""


@pytest.fixture
def baton(server: AppServer) -> Iterator[Baton]:
    with Baton(server.url, server.key, retries=RetryPolicy(first_wait=0.02)) as client:
        yield client


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def reply(baton: Baton, turn: Turn, tool: HandoverTool, model: Model) -> list[str]:
    """What the user sees. This is the loop that the README shows."""
    shown: list[str] = []
    messages: list[Any] = openai_messages(baton.transcript(turn.conversation_id))
    for _ in model_steps(turn):
        answer = model(messages)
        if isinstance(answer, str):
            if turn.say(answer):
                shown.append(answer)
            break
        result = tool.run(turn, json.dumps(answer))
        if result.handed_over and result.say:
            shown.append(result.say)
        messages.append({"role": "tool", "content": result.content})
    return shown


def as_ana(server: AppServer, turn: Turn, path: str, body: dict[str, Any]) -> None:
    full = f"/bots/demo/conversations/{turn.conversation_id}/{path}"
    server.control({"ana": ["POST", full, body]})


def script(*answers: str | dict[str, Any]) -> Model:
    left = list(answers)
    return lambda messages: left.pop(0)


def test_a_model_hands_over_and_writes_nothing_more(baton: Baton, user: str) -> None:
    turn = baton.heard("web", user, text="My money back!")

    shown = reply(baton, turn, ANYWHERE, script(ASKED, "This must not be said."))

    assert shown == ["One moment."]
    assert (turn.is_mine, turn.status) == (False, "waiting")
    opened = baton.call("GET", f"/conversations/{turn.conversation_id}")["handoff"]
    handoff = baton.call("GET", f"/handoffs/{opened['id']}")
    assert (handoff["reason"], handoff["summary"]) == (ASKED["reason"], ASKED["summary"])


def test_a_model_goes_on_if_nobody_is_available(baton: Baton, user: str) -> None:
    turn = baton.heard("web", user, text="My money back!")

    shown = reply(baton, turn, TOOL, script({**ASKED, "queue": "billing"}, "Nobody is here."))

    assert (shown, turn.is_mine) == (["Nobody is here."], True)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ("{", "no JSON"),
        ("[]", "the arguments are"),
        ({**ASKED, "queue": "billing", "priority": 9}, "the arguments are"),
        ({**ASKED, "queue": "vip"}, "queue must be one of billing, support"),
        ({**ASKED, "queue": "billing", "summary": ""}, "summary must be a text"),
        ({"reason": 7}, "reason must be a text"),
    ],
)
def test_wrong_arguments_change_nothing_and_are_explained_to_the_model(
    baton: Baton, user: str, arguments: Any, wrong: str
) -> None:
    turn = baton.heard("web", user, text="My money back!")

    result = TOOL.run(turn, arguments)

    assert wrong in result.content
    assert (result.handed_over, result.ends_turn, turn.status) == (False, False, "bot")


def test_a_model_stops_as_soon_as_a_person_takes_the_conversation(
    server: AppServer, baton: Baton, user: str
) -> None:
    turn = baton.heard("web", user, text="Hi")
    calls: list[Any] = []

    def slow(messages: list[Any]) -> dict[str, Any]:
        calls.append(messages)
        as_ana(server, turn, "pause", {})
        return {"reason": "a tool of the bot's own"}

    assert reply(baton, turn, ANYWHERE, slow) == []
    assert len(calls) == 1


def test_a_reply_that_a_model_thought_up_during_a_handoff_is_not_shown(
    server: AppServer, baton: Baton, user: str
) -> None:
    turn = baton.heard("web", user, text="Hi")

    def slow(messages: list[Any]) -> str:
        as_ana(server, turn, "pause", {})
        as_ana(server, turn, "unpause", {})
        return "Hello"

    assert reply(baton, turn, ANYWHERE, slow) == []
    assert turn.refusal is not None
    assert turn.refusal.code == "stale_epoch"


def test_a_handover_after_a_person_took_the_conversation_ends_the_turn(
    server: AppServer, baton: Baton, user: str
) -> None:
    turn = baton.heard("web", user, text="Hi")
    as_ana(server, turn, "pause", {})

    result = ANYWHERE.run(turn, ASKED)

    assert (result.handed_over, result.ends_turn, result.say) == (False, True, None)


def test_a_model_calls_a_tool_at_most_eight_times(baton: Baton, user: str) -> None:
    turn = baton.heard("web", user, text="Hi")

    assert list(model_steps(turn)) == list(range(8))
    assert list(model_steps(turn, limit=2)) == [0, 1]


def test_the_asynchronous_tool_does_the_same(server: AppServer, user: str) -> None:
    async def conversation() -> list[Any]:
        baton = AsyncBaton(server.url, server.key)
        turn = await baton.heard("web", user, text="My money back!")
        wrong = await ANYWHERE.arun(turn, "{")
        steps = []
        async for step in amodel_steps(turn):
            steps.append(step)
            if step:
                steps.append((await ANYWHERE.arun(turn, ASKED)).handed_over)
        await baton.aclose()
        return [wrong.handed_over, *steps]

    assert asyncio.run(conversation()) == [False, 0, 1, True]


def test_a_model_reads_the_whole_story_after_the_return(
    server: AppServer, baton: Baton, user: str
) -> None:
    turn = baton.heard("web", user, text="My money back!")
    ANYWHERE.run(turn, ASKED)
    as_ana(server, turn, "claim", {})
    as_ana(server, turn, "messages", {"text": "It is on its way."})
    as_ana(server, turn, "unpause", {"note": "Refunded 10 euros", "variables": {"refund": 10}})
    again = baton.heard("web", user, text="Thanks. And my address?")
    transcript = baton.transcript(again.conversation_id)
    end = (
        "[The time with a person has ended, and the conversation is yours again. Outcome: "
        'resolved. Note for you: Refunded 10 euros. Variables: {"refund": 10}. Answer the user '
        "again, and do not repeat what was settled.]"
    )

    assert openai_messages(transcript) == [
        {"role": "user", "content": "My money back!"},
        {"role": "assistant", "content": "One moment."},
        {"role": "assistant", "content": "[Ana, a person of the team] It is on its way."},
        {"role": "system", "content": end},
        {"role": "user", "content": "Thanks. And my address?"},
    ]
    assert anthropic_messages(transcript) == [
        {"role": "user", "content": "My money back!"},
        {
            "role": "assistant",
            "content": "One moment.\n\n[Ana, a person of the team] It is on its way.",
        },
        {"role": "user", "content": f"{end}\n\nThanks. And my address?"},
    ]


def test_a_conversation_that_the_bot_began_starts_with_the_user_for_anthropic(
    baton: Baton, user: str
) -> None:
    visit = {"type": "event", "payload": {"name": "visit"}}
    turn = baton.heard("web", user, type="event", payload=visit["payload"])  # type: ignore[arg-type]
    assert turn.say("Welcome!")

    roles = [each["role"] for each in anthropic_messages(baton.transcript(turn.conversation_id))]

    assert roles == ["user", "assistant"]


def test_the_context_of_a_return_leaves_out_what_is_missing() -> None:
    assert "Note" not in resume_context({"outcome": "expired", "note": None})


def test_the_tool_is_written_as_each_interface_wants_it() -> None:
    schema = TOOL.parameters
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({**ASKED, "queue": "support"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**ASKED, "queue": "vip"}, schema)

    assert schema["required"] == list(schema["properties"]) == [*ASKED, "queue"]
    assert list(ANYWHERE.parameters["properties"]) == list(ASKED)
    named = {"name": "hand_over_to_person", "description": TOOL.description}
    assert TOOL.openai() == {
        "type": "function",
        "function": {**named, "parameters": schema, "strict": True},
    }
    assert TOOL.openai_responses() == {
        "type": "function",
        **named,
        "parameters": schema,
        "strict": True,
    }
    assert TOOL.anthropic() == {**named, "input_schema": schema}


def test_the_readme_shows_a_loop_that_runs(server: AppServer, baton: Baton, user: str) -> None:
    readme = (Path(__file__).parents[2] / "clients/python/README.md").read_text()
    code = readme.split("## A bot that is a language model")[1].split("```python\n")[1]
    shown: list[str] = []
    scripted = script({"tool": json.dumps(ASKED)}, "This must not be said.")
    known: dict[str, Any] = {
        "baton": baton,
        "send": lambda user, text: shown.append(text),
        "call_model": lambda messages, tools: scripted(messages),
    }

    exec(code.split("```")[0], known)
    known["answer"](baton.heard("web", user, text="My money back!"), user)

    assert shown == ["One moment."]
