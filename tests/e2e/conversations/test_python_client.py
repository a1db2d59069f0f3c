"""A bot that is written with the Python client, on the running stack."""

import threading
from queue import Queue
from wsgiref.simple_server import WSGIRequestHandler, make_server

from baton_client import Baton, WebhookEvent
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.webhooks import Webhook
from tests.e2e.bot_setup import BotSetup, RunningStack
from tests.support.network.webhook_receiver import SECRET

WITHIN = 15.0
"""Seconds."""


class SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_bot_hands_over_and_gets_the_agents_words(running: RunningStack, scene: BotSetup) -> None:
    events: Queue[tuple[str, str | None]] = Queue()
    key = str(scene.rest.token)
    with Baton(f"{running.url}/api/v1{scene.path}", key, SECRET) as baton:

        @baton.on("agent.message", "conversation.returned")
        def receive(event: WebhookEvent) -> None:
            events.put((event.type, event.text))

        with make_server("127.0.0.1", 0, baton.wsgi(), handler_class=SilentHandler) as server:
            webhook = Webhook(f"http://127.0.0.1:{server.server_port}/", (SECRET,))
            running.services.directory.put_bot(Bot(scene.bot, "A bot", webhook))
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            turn = baton.heard("web", "zoe", text="A person, please")
            assert turn.hand_over("asked", say="One moment")
            ana = scene.person("Ana")
            for action, body in (("claim", {}), ("messages", {"text": "Hello"}), ("unpause", {})):
                answer = ana.rest.post(scene.one(turn.conversation_id, action), body)
                assert answer.status in (200, 201), answer.text

            assert events.get(timeout=WITHIN) == ("agent.message", "Hello")
            assert events.get(timeout=WITHIN)[0] == "conversation.returned"
            assert baton.turn(turn.conversation_id).say("I am back.")
            server.shutdown()
