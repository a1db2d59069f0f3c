"""Canned replies and macros: admins write those of the team, and each person their own. Agents
insert them into their messages."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Conflict, invalid_field
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.bots import CannedReply
from chalicelib.usecases.services import Services

MOST_OWN = 200


def list_replies(services: Services, caller: Caller) -> list[CannedReply]:
    """Those of the team, sorted by name."""
    authorize(caller, Action.SEE_REPLIES)
    return _sorted(services.administration.canned_replies(caller.bot))


def put(services: Services, caller: Caller, reply: CannedReply) -> None:
    """Raises InvalidRequest if there is no such queue."""
    authorize(caller, Action.CONFIGURE)
    _require_queue(services, caller, reply)
    services.administration.put_canned_reply(caller.bot, reply)
    audit.record(services, caller, AuditAction.REPLY_SET, reply=reply.name)


def remove(services: Services, caller: Caller, name: str) -> None:
    authorize(caller, Action.CONFIGURE)
    services.administration.delete_canned_reply(caller.bot, name)
    audit.record(services, caller, AuditAction.REPLY_REMOVED, reply=name)


def list_own(services: Services, caller: Caller) -> list[CannedReply]:
    """Those that only the caller sees, sorted by name."""
    authorize(caller, Action.KEEP_REPLIES)
    return _sorted(services.administration.canned_replies(caller.bot, caller.id))


def put_own(services: Services, caller: Caller, reply: CannedReply) -> None:
    """Raises Conflict if the caller has `MOST_OWN` others, InvalidRequest if there is no such
    queue."""
    authorize(caller, Action.KEEP_REPLIES)
    _require_queue(services, caller, reply)
    known = {each.name for each in services.administration.canned_replies(caller.bot, caller.id)}
    if len(known - {reply.name}) >= MOST_OWN:
        raise Conflict(f"You have {MOST_OWN} canned replies of your own: delete one first.")
    services.administration.put_canned_reply(caller.bot, reply, caller.id)


def remove_own(services: Services, caller: Caller, name: str) -> None:
    authorize(caller, Action.KEEP_REPLIES)
    services.administration.delete_canned_reply(caller.bot, name, caller.id)


def _sorted(found: list[CannedReply]) -> list[CannedReply]:
    return sorted(found, key=lambda reply: reply.name)


def _require_queue(services: Services, caller: Caller, reply: CannedReply) -> None:
    if reply.queue and services.directory.queue(caller.bot, reply.queue) is None:
        raise invalid_field("queue", f"the bot {caller.bot} has no queue {reply.queue}")
