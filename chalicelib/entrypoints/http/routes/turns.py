"""Turn tickets. A ticket is all that there is of a turn: nothing is stored."""

from chalicelib.domain.errors import InvalidRequest, NotFound
from chalicelib.entrypoints.http import cursors
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.schemas.conversations import LONG, Nothing
from chalicelib.entrypoints.http.schemas.parsing import Strict, identifier
from chalicelib.usecases.conversations import turns

ALL = "/api/v1/bots/{bot}/turns"
routes = Routes(__name__)


class TurnRequest(Strict):
    conversation_id: str

    def __post_init__(self) -> None:
        identifier("conversation_id", self.conversation_id, LONG)


@routes.on("POST", ALL)
def begin(call: Call) -> Reply:
    caller, body = call.caller, call.body(TurnRequest)
    head = turns.begin(call.services, caller, body.conversation_id)
    ticket = cursors.cursor(call.services.secrets, _bound(call), f"{head.epoch} {head.id}")
    return Reply({"ticket": ticket, "epoch": head.epoch, "may_speak": not head.paused}, 201)


@routes.on("POST", ALL + "/{ticket}/commit")
def commit(call: Call) -> Reply:
    caller, _ = call.caller, call.body(Nothing)
    turns.commit(call.services, caller, _turn(call))
    return Reply(status=204)


def _turn(call: Call) -> turns.Turn:
    try:
        written = cursors.position(call.services.secrets, _bound(call), call.params["ticket"])
    except InvalidRequest:
        raise NotFound(f"The bot {call.caller.bot} has no such turn.") from None
    epoch, _, conversation_id = (written or "").partition(" ")
    return turns.Turn(conversation_id, int(epoch))


def _bound(call: Call) -> list[str]:
    return ["turn", call.caller.bot]
