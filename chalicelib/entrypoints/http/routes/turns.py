"""Routes of turn tickets. The ticket itself carries the turn: nothing is stored."""

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.conversations import TurnRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.entrypoints.http.turn_tickets import turn_of, turn_ticket
from chalicelib.usecases.conversations import turns


def begin_turn(call: Call, body: TurnRequest) -> Reply:
    head = turns.begin(call.services, call.caller, body.conversation_id)
    ticket = turn_ticket(call.services.secrets[0], call.caller.bot, f"{head.epoch} {head.id}")
    return Reply({"ticket": ticket, "epoch": head.epoch, "may_speak": not head.paused}, 201)


def commit_turn(call: Call, _: Empty) -> Reply:
    turns.commit(call.services, call.caller, _turn(call))
    return Reply(status=204)


def _turn(call: Call) -> turns.Turn:
    written = turn_of(call.services.secrets, call.caller.bot, call.params["ticket"])
    if written is None:
        raise NotFound(f"The bot {call.caller.bot} has no such turn.")
    epoch, _, conversation_id = written.partition(" ")
    return turns.Turn(conversation_id, int(epoch))
