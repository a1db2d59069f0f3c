"""The refusals of the state table, worded once."""

from chalicelib.domain.conversation.commands import Command
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import AlreadyClaimed, IllegalMove, NotYourTurn, StaleEpoch


def illegal(command: Command, head: Head) -> IllegalMove:
    return IllegalMove(
        f"No {command.name} while the conversation's status is {head.status}.",
        command=command.name,
        status=head.status,
        epoch=head.epoch,
    )


def stale(head: Head) -> StaleEpoch:
    return StaleEpoch(
        f"Who may speak has changed meanwhile: the epoch is {head.epoch}.",
        epoch=head.epoch,
        owner=head.owner_id,
        handoff_id=head.handoff_id,
    )


def somebody_else_has_it(head: Head) -> AlreadyClaimed:
    assert head.owner is not None
    return AlreadyClaimed(
        f"{head.owner.name} has this conversation.",
        owner=head.owner.id,
        owner_name=head.owner.name,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
    )


def not_your_turn(head: Head) -> NotYourTurn:
    holder = f"{head.owner.name} has" if head.owner else "A person has been asked for in"
    return NotYourTurn(
        f"{holder} this conversation.",
        epoch=head.epoch,
        owner=head.owner_id,
        handoff_id=head.handoff_id,
    )
