"""The parts of a conversation that may be shown: nothing of a user who was erased since.

An erased user's rows stay until the sweep has deleted them. So everything that is shown or sent is
read here; `tests/architecture` checks it. A head that is older than an erasure shows what was there
when it was read.
"""

from collections.abc import Iterable, Mapping

from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.erasure import is_hidden, shown_handoff
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.services import Services


def entries_after(services: Services, head: Head, seq: int, limit: int) -> list[Entry]:
    """As the port's. A log whose user was erased begins with the entry `erased`."""
    first = max(seq, (head.erased_seq or 1) - 1)
    return services.conversations.entries_after(head.bot, head.id, first, limit)


def entries_before(services: Services, head: Head, seq: int | None, limit: int) -> list[Entry]:
    found = services.conversations.entries_before(head.bot, head.id, seq, limit)
    return [entry for entry in found if not is_hidden(head, entry.seq)]


def entry_at(services: Services, head: Head, seq: int) -> Entry | None:
    return entries_at(services, [(head, seq)]).get((head.id, seq))


def entries_at(
    services: Services, places: Iterable[tuple[Head, int]]
) -> Mapping[tuple[str, int], Entry]:
    """By conversation id and `seq`, of conversations of one bot."""
    shown = [(head, seq) for head, seq in places if not is_hidden(head, seq)]
    if not shown:
        return {}
    wanted = [(head.id, seq) for head, seq in shown]
    return services.conversations.entries_at(shown[0][0].bot, wanted)


def notes(services: Services, head: Head) -> list[Entry]:
    found = services.conversations.notes(head.bot, head.id)
    return [entry for entry in found if not is_hidden(head, entry.seq)]


def handoff(services: Services, head: Head, handoff_id: str) -> Handoff | None:
    found = services.conversations.handoff(head.bot, handoff_id)
    return shown_handoff(head, found) if found else None


def handoffs(services: Services, head: Head) -> list[Handoff]:
    found = services.conversations.handoffs_of_conversation(head.bot, head.id)
    return [shown_handoff(head, each) for each in found]
