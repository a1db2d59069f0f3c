"""The gate: may the bot speak now? A module of its own, so that a gate call loads little else."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.services import Services


def read_gate(services: Services, caller: Caller, conversation_id: str) -> Head:
    """One strongly consistent read. Raises Forbidden, NotFound."""
    authorize(caller, Action.GATE)
    return find_visible(services, caller, conversation_id)
