"""Routes of the bots themselves."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import PageRequest, listed, page
from chalicelib.entrypoints.http.schemas.admin import BotNameRequest, BotRequest
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit, bots
from chalicelib.usecases.records.audit import AuditEvent
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


def list_audit_events(call: Call) -> Reply:
    def fetch(wanted: PageRequest) -> tuple[list[Json], str | None]:
        events, following = audit.list_events(
            call.services, call.caller, wanted.position, wanted.limit
        )
        return [_audit_event(event) for event in events], following

    return page(call, fetch)


def list_installation_events(call: Call) -> Reply:
    def fetch(wanted: PageRequest) -> tuple[list[Json], str | None]:
        events, following = audit.list_of_installation(call.services, wanted.position, wanted.limit)
        return [_audit_event(event) for event in events], following

    return page(call, fetch)


def _audit_event(event: AuditEvent) -> Json:
    return {
        "id": event.id,
        "at": views.timestamp(event.at),
        "action": event.action,
        "actor": event.actor,
        "key": event.key,
        "session": event.session,
        "address": event.source,
        "object": event.object_id,
        "outcome": event.outcome,
        "facts": event.facts,
    }


def _bot(bot: Bot) -> Json:
    return {"id": bot.id, "name": bot.name}
