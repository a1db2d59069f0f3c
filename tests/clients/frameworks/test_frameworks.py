"""The adapters keep a bot silent while a person has the conversation, with each real package."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from baton_client import Baton
from baton_client.llm import HandoverTool
from tests.clients.app_server import AppServer
from tests.clients.frameworks.page_programs import PROGRAMS, page_program
from tests.clients.frameworks.scripted_bots import (
    OTHER_TOOL,
    LangGraphBot,
    OpenAIAgentsBot,
    PydanticAIBot,
    ScriptedBot,
    Step,
)

ASKED = {"reason": "Wants a refund.", "summary": "The parcel broke.", "say": "One moment."}
Make = Callable[..., ScriptedBot]


@pytest.fixture(params=[OpenAIAgentsBot, PydanticAIBot, LangGraphBot])
def make(request: pytest.FixtureRequest, server: AppServer) -> Make:
    def made(*steps: Step, if_unavailable: Any = "queue") -> ScriptedBot:
        bot: ScriptedBot = request.param(server, HandoverTool(if_unavailable=if_unavailable))
        bot.script.steps = list(steps)
        return bot

    return made


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


class Ana:
    """The agent, in the conversation of one user."""

    def __init__(self, server: AppServer, user: str) -> None:
        self._server = server
        with Baton(server.url, server.key) as baton:
            self.conversation_id = baton.heard("web", user, text="Hi").conversation_id

    def does(self, action: str, **body: Any) -> None:
        path = f"/bots/demo/conversations/{self.conversation_id}/{action}"
        self._server.control({"ana": ["POST", path, body]})

    def handoffs(self) -> int:
        with Baton(self._server.url, self._server.key) as baton:
            entries = baton.transcript(self.conversation_id).entries
        return sum(entry["kind"] == "requested" for entry in entries)


@pytest.fixture
def ana(server: AppServer, user: str) -> Ana:
    return Ana(server, user)


def test_a_handover_keeps_the_model_silent_until_the_return_and_tells_it_what_happened(
    make: Make, user: str, ana: Ana
) -> None:
    bot = make(ASKED, "You are welcome.", "It was Monday.")

    assert bot.answer(user, "My money back!") == "One moment."
    assert bot.answer(user, "Hello?") is None
    ana.does("claim")
    ana.does("messages", text="It is on its way.")
    assert bot.answer(user, "Great") is None
    assert len(bot.script.read) == 1
    ana.does("unpause", note="Refunded 10 euros")

    assert bot.answer(user, "Thanks. Which day?") == "You are welcome."
    told = bot.script.read[1]
    for fact in ("resolved", "Refunded 10 euros", "Hello?", "It is on its way.", "Which day?"):
        assert fact in told
    assert bot.answer(user, "And when was it sent?") == "It was Monday."
    assert ana.handoffs() == 1


def test_a_message_that_comes_again_makes_no_second_handoff(
    make: Make, user: str, ana: Ana
) -> None:
    bot = make(ASKED)

    assert bot.answer(user, "A person, please", "m1") == "One moment."
    assert bot.answer(user, "A person, please", "m1") is None
    assert ana.handoffs() == 1


def test_a_reply_from_before_a_handoff_is_not_shown(make: Make, user: str, ana: Ana) -> None:
    def late() -> str:
        ana.does("pause")
        ana.does("claim")
        ana.does("messages", text="Can I help?")
        ana.does("unpause", note="A chat")
        return "A late reply"

    bot = make(late, "A new reply")

    assert bot.answer(user, "Hi again") is None
    assert bot.answer(user, "Still there?") == "A new reply"
    assert "Can I help?" in bot.script.read[1]
    assert "A late reply" not in bot.script.read[1]


def test_the_model_is_not_called_again_after_a_person_took_the_conversation(
    make: Make, user: str, ana: Ana
) -> None:
    def taken() -> Step:
        ana.does("pause")
        return OTHER_TOOL

    bot = make(taken, "Welcome back")

    assert bot.answer(user, "Where is my parcel?") is None
    assert len(bot.script.read) == 1
    ana.does("unpause")
    assert bot.answer(user, "Hello?") == "Welcome back"


def test_the_model_goes_on_if_nobody_is_available_or_its_arguments_are_wrong(
    make: Make, user: str, server: AppServer, ana: Ana
) -> None:
    server.control({"ana": ["PUT", "/agents/me/status", {"status": "offline"}]})
    bot = make({"reason": 7}, ASKED, "Nobody is here.", if_unavailable="refuse")

    shown = bot.answer(user, "A person, please")
    server.control({"ana": ["PUT", "/agents/me/status", {"status": "online"}]})

    assert shown == "Nobody is here."
    assert "must be a text" in bot.script.read[1]
    assert "Nobody is available" in bot.script.read[2]
    assert ana.handoffs() == 0


def test_a_graph_that_died_before_the_handover_hands_over_when_it_runs_again(
    server: AppServer, user: str, ana: Ana
) -> None:
    bot = LangGraphBot(server, HandoverTool(if_unavailable="queue"))
    bot.script.steps = [ASKED]
    thread: Any = {"configurable": {"thread_id": ana.conversation_id}}
    bot.graph.invoke({"messages": [{"role": "user", "content": "A person!"}]}, thread)
    assert ana.handoffs() == 0

    assert bot.answer(user, "A person!") == "One moment."
    assert (ana.handoffs(), len(bot.script.read)) == (1, 1)


@pytest.mark.parametrize("title", PROGRAMS)
def test_the_page_shows_a_program_that_hands_over_and_goes_on(
    title: str, server: AppServer
) -> None:
    """It listens, and the user writes in the terminal, as the page says."""
    known, script = page_program(title, server.url, server.key)
    script.steps = ["Hello", ASKED, "Welcome back"]
    shown: list[tuple[str, str]] = []
    user = f"terminal of {title}"
    known["send"] = lambda user, text: shown.append((user, text))
    on_message = known["on_message"]
    known["on_message"] = lambda _, text, message_id: on_message(user, text, message_id)

    def wait_for(*texts: str) -> None:
        until = time.monotonic() + 10
        while [text for _, text in shown] != list(texts) and time.monotonic() < until:
            time.sleep(0.005)
        assert shown == [(user, text) for text in texts]

    def typed() -> Iterator[str]:
        while not server.control({"listeners": True}):
            time.sleep(0.005)
        yield "hi"
        yield "A person, please"
        ana = Ana(server, user)
        ana.does("claim")
        ana.does("messages", text="It is on its way.")
        wait_for("Hello", *WITH_ANA)
        ana.does("unpause")
        wait_for("Hello", *WITH_ANA, ENDED)
        yield "Thanks"
        yield ""

    lines = typed()
    known["input"] = lambda: next(lines)
    done = known["main"]()
    if inspect.isawaitable(done):
        asyncio.run(as_coroutine(done))
    wait_for("Hello", *WITH_ANA, ENDED, "Welcome back")


async def as_coroutine(done: Awaitable[None]) -> None:
    await done


WITH_ANA = ("One moment.", "You are now talking to Ana.", "It is on its way.")
ENDED = "Your conversation with our team has ended. You are talking to the bot again."
