"""A bot with much of everything, to see how large answers can get."""

from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from tests.api.conversation_setup import BOT, begun, ok
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

MEGABYTE = 1_000_000
BIG = {"x": "x" * 16_000}
WIDE = "😀" * 4_000
HANDOFFS = 101
"""Handoffs of the conversation of the user `u-119`, who has the most messages."""


def full_bot() -> Api:
    bot = Api(MemoryServices(), DEMO_KEY)
    for number in range(120):
        user = {"id": f"u-{number}", "name": "😀" * 64, "attributes": BIG}
        path = begun(bot, user=user, thread="t" * 128)
        handoff = {"reason": "😀" * 1000, "context": BIG, "queue": f"q-{number}"}
        ok(bot.post(f"{path}/pause", handoff))
        ok(bot.post(f"{path}/unpause", {"note": WIDE, "variables": BIG}))
        ok(
            bot.post(
                f"{BOT}/notifications", {"message": "😀" * 1000, "url": "http://" + "x" * 1900}
            )
        )
    for number in range(120):
        begun(bot, user={"id": "same", "name": "Same"}, thread=f"t-{number}" + "é" * 60)
    for _ in range(100):
        ok(bot.post(f"{path}/messages", {"text": WIDE, "from": "user"}))
        ok(bot.post(f"{path}/pause", handoff))
        ok(bot.post(f"{path}/unpause", {"note": WIDE, "variables": BIG}))
    stores, texts = bot.services, {"en": {"requested": "x" * 400}}
    for number in range(2000):
        stores.directory.put_bot(Bot(f"bot-{number:04}" + "é" * 11, "😀" * 64))
        stores.directory.put_key(BotKey(f"key-{number:04}", "demo", "x" * 64, name="😀" * 64))
        stores.directory.put_queue("demo", Queue(f"q-{number:04}", texts=texts))
    for number in range(100):
        reply = CannedReply(f"r-{number:04}" + "😀" * 50, WIDE)
        stores.administration.put_canned_reply("demo", reply)
    return bot


def last(bot: Api) -> str:
    """The id of the conversation of `u-119`."""
    found = ok(bot.get(f"{BOT}/conversations/lookup?channel=web&user=u-119"))
    return str(found["id"])
