"""Canned replies: admins write them, agents insert them into their messages."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.bots import CannedReply
from chalicelib.usecases.services import Services


def list_replies(services: Services, caller: Caller) -> list[CannedReply]:
    """Sorted by name."""
    authorize(caller, Action.SEE_REPLIES)
    return sorted(services.administration.canned_replies(caller.bot), key=lambda reply: reply.name)


def put(services: Services, caller: Caller, reply: CannedReply) -> None:
    authorize(caller, Action.CONFIGURE)
    services.administration.put_canned_reply(caller.bot, reply)
    audit.record(services, caller, AuditAction.REPLY_SET, reply=reply.name)


def remove(services: Services, caller: Caller, name: str) -> None:
    authorize(caller, Action.CONFIGURE)
    services.administration.delete_canned_reply(caller.bot, name)
    audit.record(services, caller, AuditAction.REPLY_REMOVED, reply=name)
