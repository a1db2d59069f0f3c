"""Routes of turn tickets. The ticket itself carries the turn: nothing is stored."""

from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.entrypoints.http import cursors
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.conversations import TurnRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases.conversations import turns


def begin_turn(call: Call, body: TurnRequest) -> Reply:
    head = turns.begin(call.services, call.caller, body.conversation_id)
    ticket = cursors.cursor(call.services.secrets, _bound(call), f"{head.epoch} {head.id}")
    return Reply({"ticket": ticket, "epoch": head.epoch, "may_speak": not head.paused}, 201)


def commit_turn(call: Call, _: Empty) -> Reply:
    turns.commit(call.services, call.caller, _turn(call))
    return Reply(status=204)


def _turn(call: Call) -> turns.Turn:
    try:
        written = cursors.position(call.services.secrets, _bound(call), call.params["ticket"])
    except InvalidRequest:
        raise NotFound(f"The bot {call.caller.bot} has no such turn.") from None
    epoch, _, conversation_id = (written or "").partition(" ")
    return turns.Turn(conversation_id, int(epoch))


def _bound(call: Call) -> list[str]:
    """A ticket is valid for its bot only."""
    return ["turn", call.caller.bot]
