"""The gate: may the bot speak now?"""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.usecases.conversations.gate import read_gate


def get_gate(call: Call) -> Reply:
    head = read_gate(call.services, call.caller, call.id)
    return Reply(
        {
            "paused": head.paused,
            "disposition": head.status,
            "epoch": head.epoch,
            "owner": head.owner_id,
        }
    )
