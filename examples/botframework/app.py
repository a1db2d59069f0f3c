"""An echo bot that hands over to people: `uvicorn --factory app:from_environment`."""

import os

from baton_handoff import STATUS, HandoffMiddleware, connect, initiate
from botbuilder.core import (
    ActivityHandler,
    BotFrameworkAdapter,
    BotFrameworkAdapterSettings,
    MemoryStorage,
)
from botbuilder.schema import Activity
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount, Route

from baton_client import AsyncBaton

FAREWELL = "One moment, I ask a colleague."


class EchoBot(ActivityHandler):
    """Your bot."""

    def reply(self, text):
        return f"You said: {text}"

    async def on_message_activity(self, context):
        text = context.activity.text or "a file"
        if "human" in text:
            await context.send_activity(initiate(text, say=FAREWELL))
        else:
            await context.send_activity(self.reply(text))

    async def on_event(self, context):
        """`completed` means that the bot goes on."""
        if context.activity.name == STATUS:
            print("handoff", context.activity.value["state"])  # noqa: T201


def app(settings, baton, bot_id, bot=None):
    """`/api/messages` is the bot's messaging endpoint, and `/baton/` the webhook for Baton."""
    bot, adapter, storage = bot or EchoBot(), BotFrameworkAdapter(settings), MemoryStorage()
    adapter.use(HandoffMiddleware(baton, storage))
    connect(baton, adapter, storage, bot_id, bot.on_turn)

    async def messages(request):
        activity = Activity().deserialize(await request.json())
        authorization = request.headers.get("authorization", "")
        try:
            await adapter.process_activity(activity, authorization, bot.on_turn)
        except PermissionError:
            return Response(status_code=401)
        return Response(status_code=201)

    routes = [Route("/api/messages", messages, methods=["POST"]), Mount("/baton", baton.asgi())]
    return Starlette(routes=routes)


def from_environment():
    read = os.environ.__getitem__
    settings = BotFrameworkAdapterSettings(read("MICROSOFT_APP_ID"), read("MICROSOFT_APP_PASSWORD"))
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    return app(settings, baton, read("MICROSOFT_APP_ID"))
