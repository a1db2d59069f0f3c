"""Each bot of examples/ and of the clients' pages, ready for `baton check`: the check's user writes
on a fake of the bot's platform, and what the platform gets is what the bot shows."""

import itertools
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import HTTPServer
from typing import Any
from unittest.mock import patch

from baton_client import AsyncBaton, Baton
from baton_client.cli.bot_kit.fake_baton import KEY, FakeBaton
from tests.integrations.baton_events import SECRET
from tests.integrations.platform_server import Answer, PlatformCall, PlatformServer, example
from tests.support.stack import ROOT

Headers = Mapping[str, str]
FAREWELL = "One moment, I ask a colleague."
EVENTS = ("agent.message", "handoff.claimed", "conversation.returned")


@dataclass(frozen=True, slots=True)
class CheckedBot:
    """`says` takes a user's id, text and message id, and `hears` a webhook; both return the status
    of the bot's answer."""

    says: Callable[[str, str, str], int]
    hears: Callable[[Headers, bytes], int]


Start = Callable[[FakeBaton], AbstractContextManager[CheckedBot]]


def show(fake: FakeBaton, user: str, text: str | None) -> None:
    fake.answer("POST", "/shown", {"user": user, "text": text})


def shows(
    fake: FakeBaton, shown: Callable[[PlatformCall], str | None], user: str, answer: Any
) -> Callable[[PlatformCall], Answer]:
    """The platform's answers. What `shown` makes of a call is shown to the user in this field."""

    def take(call: PlatformCall) -> Answer:
        text = shown(call)
        if text:
            show(fake, str(call.fields[user]), text)
        answered: Answer = answer(call)
        return answered

    return take


def posted(client: Any, path: str) -> Callable[[Headers, bytes], int]:
    def hears(headers: Headers, body: bytes) -> int:
        return int(client.post(path, content=body, headers=headers).status_code)

    return hears


@contextmanager
def telegram(fake: FakeBaton) -> Iterator[CheckedBot]:
    """The example listens; here the same handlers get signed events."""
    from anyio.from_thread import start_blocking_portal
    from telegram import Update
    from telegram.ext import Application

    from tests.integrations.test_telegram import ME, TOKEN, Telegram

    module, ids = example("telegram/bot.py"), dict[str, int]()

    def shown(call: PlatformCall) -> str | None:
        return call.fields.get("text") if call.path.endswith("/sendMessage") else None

    answers = shows(fake, shown, "chat_id", Telegram().answer)
    with PlatformServer(answers) as platform, start_blocking_portal() as portal:
        builder = Application.builder().token(TOKEN).base_url(f"{platform.url}/bot")
        application = builder.updater(None).build()
        baton = AsyncBaton(fake.url, KEY, SECRET)
        module.connect(application, baton)
        portal.call(application.initialize)

        def says(user: str, text: str, message_id: str) -> int:
            chat = {"id": int(user), "type": "private", "first_name": "Pia"}
            number = ids.setdefault(message_id, len(ids) + 1)
            message = {"message_id": number, "date": 1, "chat": chat, "text": text}
            message["from"] = {**ME, "id": int(user), "is_bot": False}
            update = Update.de_json({"update_id": number, "message": message}, application.bot)
            portal.call(application.process_update, update)
            return 200

        yield CheckedBot(says, lambda headers, body: portal.call(baton.receive, headers, body))
        portal.call(application.shutdown)
        portal.call(baton.aclose)


@contextmanager
def whatsapp(fake: FakeBaton) -> Iterator[CheckedBot]:
    from starlette.testclient import TestClient

    from tests.integrations import test_whatsapp as tests

    module, meta = example("whatsapp/bot.py"), tests.Meta()
    with PlatformServer(shows(fake, tests.said, "to", meta.answer)) as platform:
        api = module.WhatsApp(tests.TOKEN, "15550", platform.url)
        baton = AsyncBaton(fake.url, KEY, SECRET)
        app = module.app(api, baton, tests.APP_SECRET, tests.VERIFY_TOKEN)
        with TestClient(app) as client:
            server: Any = fake
            bot = tests.WhatsAppBot(server, client, meta, platform)

            def says(user: str, text: str, message_id: str) -> int:
                return bot.says(message_id, "text", {"body": text}, user)

            yield CheckedBot(says, posted(client, "/baton/"))


@contextmanager
def rasa(fake: FakeBaton) -> Iterator[CheckedBot]:
    from starlette.testclient import TestClient

    from tests.integrations import test_rasa as tests

    answers = shows(fake, tests.called_back, "recipient_id", tests.rasa)
    with PlatformServer(answers) as platform:
        baton = AsyncBaton(fake.url, KEY, SECRET)
        callback = f"{platform.url}/callback"
        app = example("rasa/bridge.py").app(platform.url, callback, baton, tests.TOKEN)
        with TestClient(app) as client:

            def says(user: str, text: str, message_id: str) -> int:
                body = {"sender": user, "message": text, "metadata": {"message_id": message_id}}
                headers = {"authorization": f"Bearer {tests.TOKEN}"}
                answer = client.post("/webhook", json=body, headers=headers)
                for reply in answer.json():
                    show(fake, reply["recipient_id"], reply["text"])
                return answer.status_code

            yield CheckedBot(says, posted(client, "/baton/"))


@contextmanager
def botframework(fake: FakeBaton) -> Iterator[CheckedBot]:
    from botbuilder.core import BotFrameworkAdapterSettings
    from starlette.testclient import TestClient

    from tests.integrations import test_botframework as tests

    sys.path.insert(0, str(ROOT / "examples/botframework"))
    try:
        module = example("botframework/app.py")
    finally:
        sys.path.pop(0)
        sys.modules.pop("baton_handoff", None)

    def answers(call: PlatformCall) -> Answer:
        if "/activities" in call.path and call.fields["type"] == "message":
            user = re.findall(r"conversation-of-(\w+)", call.path)[0]
            show(fake, user, call.fields["text"])
        return tests.Connector().answer(call)

    baton = AsyncBaton(fake.url, KEY, SECRET)
    app = module.app(BotFrameworkAdapterSettings("", ""), baton, "")
    with PlatformServer(answers) as platform, TestClient(app) as client:
        server: Any = fake
        bot = tests.EmulatedBot(server, client, platform, None)

        def says(user: str, text: str, message_id: str) -> int:
            bot.says(message_id, user, text=text)
            return 201

        yield CheckedBot(says, posted(client, "/baton/"))


@contextmanager
def dialogflow(fake: FakeBaton) -> Iterator[CheckedBot]:
    from starlette.testclient import TestClient

    from tests.integrations import test_dialogflow as tests

    def answers(call: PlatformCall) -> Answer:
        show(fake, call.fields["session"], call.fields["text"])
        return 200, {}

    with PlatformServer(answers) as channel:
        baton = AsyncBaton(fake.url, KEY, SECRET)
        app = example("dialogflow/webhook.py").app(baton, channel.url, tests.TOKEN)
        with TestClient(app) as client:
            server: Any = fake
            agent = tests.Dialogflow(server, client, channel)

            def says(user: str, text: str, message_id: str) -> int:
                is_request = text == "human"
                tag, replies = ("hand_over", []) if is_request else ("turn", [f"You said: {text}"])
                for reply in agent.shown(tag, message_id, text, *replies, user=user):
                    show(fake, user, reply)
                return 200

            yield CheckedBot(says, posted(client, "/baton/"))


def shown_code(page: str, heading: str, language: str = "python") -> str:
    """The first code after this text of a page."""
    text = (ROOT / page).read_text().split(heading)[1]
    return text.split(f"```{language}\n")[1].split("```")[0]


PYTHON_PAGE = "clients/python/README.md"


@contextmanager
def plain(fake: FakeBaton) -> Iterator[CheckedBot]:
    with Baton(fake.url, KEY, SECRET) as baton:
        module = page_bot(fake, baton)

        def says(user: str, text: str, message_id: str) -> int:
            module["on_message"](user, text, message_id)
            return 204

        yield CheckedBot(says, baton.receive)


def page_bot(fake: FakeBaton, baton: Any) -> dict[str, Any]:
    """The names of the page's first bot, whose client is `baton`."""
    code = shown_code(PYTHON_PAGE, "## A bot in five minutes")
    setting = 'Baton(os.environ["BATON_URL"], os.environ["BATON_KEY"], '
    setting += 'os.environ["BATON_WEBHOOK_SECRET"])'
    assert setting in code
    known: dict[str, Any] = {
        "given": baton,
        "send": lambda user, text: show(fake, user, text),
        "my_bot": lambda text: f"You said: {text}",
    }
    exec(code.replace(setting, "given"), known)
    return known


@contextmanager
def plain_http(fake: FakeBaton) -> Iterator[CheckedBot]:
    """The page's program, without its input from the terminal."""
    import httpx

    settings = {"BATON_URL": fake.url, "BATON_KEY": KEY, "BATON_WEBHOOK_SECRET": SECRET}
    known: dict[str, Any] = {}
    with patch.dict(os.environ, settings):
        exec(shown_code("docs/plain-http.md", "Save this as"), known)
    known["send"] = lambda user, text: show(fake, user, text)
    server = HTTPServer(("127.0.0.1", 0), known["Webhook"])
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with httpx.Client() as http:

        def says(user: str, text: str, message_id: str) -> int:
            known["on_message"](user, text, message_id)
            return 204

        yield CheckedBot(says, posted(http, f"http://127.0.0.1:{server.server_port}/baton"))
    server.shutdown()
    server.server_close()


@contextmanager
def llm_loop(fake: FakeBaton) -> Iterator[CheckedBot]:
    """The page's loop. A rule plays the model; the first bot's handler shows events."""
    with Baton(fake.url, KEY, SECRET) as baton:
        known = page_bot(fake, baton)
        known["call_model"] = lambda messages, tools: (
            {"tool": json.dumps(HANDOVER)}
            if messages[-1]["content"].endswith("human")
            else f"You said: {messages[-1]['content']}"
        )
        exec(shown_code(PYTHON_PAGE, "## A bot that is a language model"), known)

        def says(user: str, text: str, message_id: str) -> int:
            turn = baton.heard("web", user, text=text, message_id=message_id)
            if turn.is_mine:
                known["answer"](turn, user)
            return 204

        yield CheckedBot(says, baton.receive)


HANDOVER = {"reason": "Wants a person.", "summary": "Nothing else.", "say": FAREWELL}


def framework(title: str) -> Start:
    """The page's program for an agent framework, with the real package and a rule as the model."""

    @contextmanager
    def started(fake: FakeBaton) -> Iterator[CheckedBot]:
        from anyio.from_thread import start_blocking_portal

        from tests.clients.frameworks.page_programs import page_program

        known, script = page_program(title, fake.url, KEY, SECRET)
        script.rule = ruled
        known["send"] = lambda user, text: show(fake, user, text)
        baton = known["baton"]
        is_asynchronous = isinstance(baton, AsyncBaton)
        with start_blocking_portal() as portal:

            async def handle(function: Any, *given: Any) -> Any:
                done = function(*given)
                return await done if hasattr(done, "__await__") else done

            def says(user: str, text: str, message_id: str) -> int:
                portal.call(handle, known["on_message"], user, text, message_id)
                return 204

            def hears(headers: Headers, body: bytes) -> int:
                return int(portal.call(handle, baton.receive, headers, body))

            yield CheckedBot(says, hears)
            portal.call(handle, baton.aclose if is_asynchronous else baton.close)

    return started


def ruled(given: Any) -> Any:
    """The model: it hands over if the user's text ends with "human"."""
    last = given[-1]
    if isinstance(last, dict):  # openai-agents
        text = str(last.get("content"))
    elif hasattr(last, "parts"):  # pydantic-ai
        text = str(last.parts[-1].content)
    else:
        text = str(last.text)
    return HANDOVER if text.endswith("human") else f"You said: {text}"


@contextmanager
def javascript(fake: FakeBaton) -> Iterator[CheckedBot]:
    """The bot of the JavaScript client's page, as a process."""
    import httpx

    index = (ROOT / "clients/javascript/src/index.js").as_uri()
    code = shown_code("clients/javascript/README.md", "## A bot in five minutes", "js")
    tell = 'listen(0, "127.0.0.1", function () { console.log(this.address().port); })'
    assert "listen(3000)" in code
    code = code.replace('"@baton/client"', json.dumps(index)).replace("listen(3000)", tell)
    command = ["node", "--input-type=module", "-e", JAVASCRIPT.replace("/* the page */", code)]
    environment = {"PATH": os.environ["PATH"], "SHOWN": f"{fake.origin}/shown"}
    environment |= {"BATON_URL": fake.url, "BATON_KEY": KEY, "BATON_WEBHOOK_SECRET": SECRET}
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process,
        httpx.Client() as http,
    ):
        assert process.stdout
        ports = [process.stdout.readline().strip() for _ in range(2)]
        hook, check = (f"http://127.0.0.1:{port}/" for port in ports)

        def says(user: str, text: str, message_id: str) -> int:
            sent = {"user": user, "text": text, "id": message_id}
            return http.post(check, json=sent).status_code

        def hears(headers: Headers, body: bytes) -> int:
            answer = http.post(hook, content=body, headers=dict(headers))
            http.post(check, json={})  # waits until everything is shown
            return answer.status_code

        yield CheckedBot(says, hears)
        process.kill()


JAVASCRIPT = """
const pending = [];
const send = (user, text) => {
  pending.push(fetch(process.env.SHOWN, { method: "POST", body: JSON.stringify({ user, text }) }));
};
const myBot = (text) => `You said: ${text}`;
/* the page */
await new Promise((resolve) => setTimeout(resolve, 0));
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { user, text, id } = JSON.parse(Buffer.concat(chunks));
  if (user) await onMessage(user, text, id);
  await Promise.all(pending.splice(0));
  response.writeHead(204).end();
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
"""

BOTS: Mapping[str, Start] = {
    "examples/telegram": telegram,
    "examples/whatsapp": whatsapp,
    "examples/rasa": rasa,
    "examples/botframework": botframework,
    "examples/dialogflow": dialogflow,
    "the Python bot": plain,
    "the JavaScript bot": javascript,
    "plain HTTP": plain_http,
    "the LLM loop": llm_loop,
    "openai-agents": framework("OpenAI Agents"),
    "pydantic-ai": framework("Pydantic AI"),
    "langgraph": framework("LangGraph"),
}
"""Each has all checks of what users see."""

NO_WEBHOOK = {
    "examples/telegram": "It listens over a WebSocket. The check's events reach its handlers.",
}
"""Bots for which the checks of signatures test the client and not the example."""

NOT_CHECKED = {
    "examples/botpress": "Botpress runs these files; tests/botpress/test_kit.py plays the cases.",
    "examples/botpress_cloud": "Botpress' plugin HITL stops the bot, and shows what users see.",
    "examples/slack": "It is the desk of the agents and no bot.",
    "examples/github": "It deploys Baton.",
}
numbers = itertools.count(4_930_001)
"""Users' ids, because Telegram's are numbers."""
