"""The refusals of the state table, each worded once."""

from chalicelib.domain.conversation.commands import Command
from chalicelib.domain.conversation.head import Head, Owned, Paused
from chalicelib.domain.errors import AlreadyClaimed, IllegalMove, NotYourTurn, StaleEpoch


def illegal(command: Command, head: Head) -> IllegalMove:
    return IllegalMove(
        f"A conversation with the status {head.status} does not accept: {command.name}.",
        command=command.name,
        status=head.status,
        epoch=head.epoch,
    )


def stale(head: Head) -> StaleEpoch:
    return StaleEpoch(
        f"The turn has changed since you looked. The epoch is now {head.epoch}.",
        epoch=head.epoch,
        owner=head.owner_id,
        handoff_id=head.handoff_id,
    )


def already_claimed(head: Owned) -> AlreadyClaimed:
    return AlreadyClaimed(
        f"{head.owner.name} has this conversation.",
        owner=head.owner.id,
        owner_name=head.owner.name,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
    )


def not_your_turn(head: Paused) -> NotYourTurn:
    why = (
        f"{head.owner.name} has this conversation" if head.owner else "The user waits for a person"
    )
    return NotYourTurn(
        f"{why}. The bot may not speak.",
        epoch=head.epoch,
        owner=head.owner_id,
        handoff_id=head.handoff_id,
    )
