"""Read marks: the number of the last entry that a person has read, on all their devices."""

from chalicelib.domain.access import Caller
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.services import Services


def mark_read(
    services: Services, caller: Caller, conversation_id: str, seq: int, but: str
) -> int | None:
    """Stores that the person has read through the entry `seq`, and tells their other connections
    than `but`. Returns the number that is stored: a higher one stays, and none is beyond the last
    entry."""
    head = find_visible(services, caller, conversation_id)
    reached = min(seq, head.last_seq)
    if services.read_marks.mark_read(caller.bot, caller.id, head.id, reached):
        event = {"event": "read", "conversation_id": head.id, "seq": reached}
        there = services.connections.of_person(caller.id)
        others = audience.with_valid_session(services, [c for c in there if c.id != but])
        push.send(services, [(each.id, event) for each in others])
        return reached
    return services.read_marks.read_through(caller.bot, caller.id, [head.id]).get(head.id)
