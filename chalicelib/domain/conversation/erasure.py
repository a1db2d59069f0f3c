"""The rules of an erasure: what the head, the log and a handoff keep of a user who was erased.

An entry `erased` marks it. Numbers, epoch, ids, times, queues and the names of colleagues stay.
"""

from msgspec.structs import replace

from chalicelib.domain.address import erased
from chalicelib.domain.conversation.commands import Erase, Unpause
from chalicelib.domain.conversation.decision import Context, Decision, H, append, new_entry
from chalicelib.domain.conversation.entries import Erased
from chalicelib.domain.conversation.handoff import Handoff, Outcome, Request, Resumption
from chalicelib.domain.conversation.head import Head, WithBot
from chalicelib.domain.conversation.rules import end_handoff


def erase(head: Head, command: Erase, context: Context) -> Decision:
    """The mark comes before the end of the handoff, so that the bot still receives that end."""
    if head.is_erased:
        return Decision(head)
    mark = new_entry(head, Erased(command.erasure, command.keeps_profile), context)
    after = append(erased_head(head, mark.seq), mark)
    if isinstance(after, WithBot):
        return Decision(after, (mark,))
    ended = end_handoff(after, Unpause(Resumption(Outcome.CANCELLED)), context)
    return replace(ended, entries=(mark, *ended.entries))


def erased_head(head: H, seq: int) -> H:
    """The head without what it holds about its user; `seq` is the number of the entry `erased`."""
    return replace(
        head,
        address=erased(head.address),
        erased_seq=seq,
        last_message=None,
        heard_seq=None,
        user_name=None,
        profile=None,
        tags=(),
        notes=0,
        leaks=0,
    )


def is_hidden(head: Head, seq: int) -> bool:
    """True for entries of a user who was erased since."""
    return head.erased_seq is not None and seq < head.erased_seq


def shown_handoff(head: Head, handoff: Handoff) -> Handoff:
    """The handoff without what it says about a user who was erased since."""
    return without_words(handoff) if is_hidden(head, handoff.opened_seq) else handoff


def without_words(handoff: Handoff) -> Handoff:
    request, end = handoff.request, handoff.resumption
    return replace(
        handoff,
        request=Request(queue=request.queue, priority=request.priority, timeout=request.timeout),
        resumption=Resumption(end.outcome) if end else None,
        rating=None,
    )
