"""Routes of the bots themselves."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas.admin import BotNameRequest, BotRequest
from chalicelib.usecases.admin import bots
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.views import Json


def list_bots(call: Call) -> Reply:
    found = bots.list_bots(call.services, call.person, call.bots)
    return listed(call, [_bot(bot) for bot in found], "id")


def create_bot(call: Call, body: BotRequest) -> Reply:
    return Reply(_bot(bots.create(call.services, call.person, body.id, body.name)), 201)


def get_bot(call: Call) -> Reply:
    return Reply(_bot(bots.get(call.services, call.caller)))


def rename_bot(call: Call, body: BotNameRequest) -> Reply:
    return Reply(_bot(bots.rename(call.services, call.caller, body.name)))


def delete_bot(call: Call) -> Reply:
    bots.remove(call.services, call.caller)
    return Reply(status=204)


def _bot(bot: Bot) -> Json:
    return {"id": bot.id, "name": bot.name}
