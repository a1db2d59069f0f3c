"""Turns, for bots that send on their own channel.

A bot begins a turn before it prepares a reply, and commits the turn before it sends the reply. Once
a pause has been answered, no turn that began before it can be committed. A reply whose turn was
committed may still be on its way when the pause comes.
"""

from msgspec import Struct

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.head import Head, WithBot
from chalicelib.domain.conversation.refusals import not_your_turn, stale
from chalicelib.usecases.conversations.gate import read_gate
from chalicelib.usecases.services import Services


class Turn(Struct, frozen=True):
    conversation_id: str
    epoch: int


def begin(services: Services, caller: Caller, conversation_id: str) -> Head:
    """The head, with the epoch of the turn. One strongly consistent read."""
    return read_gate(services, caller, conversation_id)


def commit(services: Services, caller: Caller, turn: Turn) -> None:
    """One strongly consistent read. Raises NotYourTurn, StaleEpoch."""
    head = read_gate(services, caller, turn.conversation_id)
    if not isinstance(head, WithBot):
        raise not_your_turn(head)
    if head.epoch != turn.epoch:
        raise stale(head)
