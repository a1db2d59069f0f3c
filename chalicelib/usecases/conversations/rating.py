"""Stores how a user rates a handoff that has ended."""

from chalicelib.domain.access import Caller, authorize
from chalicelib.domain.address import conversation_id_of
from chalicelib.domain.conversation.commands import RateHandoff
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.answers import Answer, IdempotencyKey
from chalicelib.usecases.services import Services


def rate_handoff(
    services: Services, caller: Caller, command: RateHandoff, key: IdempotencyKey | None
) -> Answer:
    """A later rating replaces the first; the same one again changes nothing.

    Raises Forbidden, NotFound, IllegalMove if the handoff is open, Conflict if its user was erased.
    """
    authorize(caller, command.action)
    conversation_id = conversation_id_of(command.handoff_id)
    head = conversation_id and services.conversations.head(caller.bot, conversation_id)
    if not head or not conversation_id:
        raise NotFound(f"The bot {caller.bot} has no handoff {command.handoff_id}.")
    return execute(services, caller, conversation_id, command, key=key)
