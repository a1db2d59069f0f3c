"""Who may speak, and how that changes.

Rule: the status, the owner and the epoch of a conversation change only by an arrow of `ARROWS`.
A pair of command and status that is not in the table is an illegal move and changes nothing.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import asdict, replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import handoff_id
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Cause,
    Claim,
    Command,
    EndOffer,
    Escalate,
    IfUnavailable,
    MakeOffer,
    Note,
    Pause,
    Release,
    Suggest,
    Tag,
    Take,
    TakeAndSay,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import (
    Decision,
    Situation,
    arrow,
    entry_of,
    grown,
    with_profile,
)
from chalicelib.domain.conversation.entries import Author, Kind
from chalicelib.domain.conversation.handoff import (
    Handoff,
    HandoffChange,
    Outcome,
    Request,
    Resumption,
)
from chalicelib.domain.conversation.handoff_request import facts_of_request, in_head
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.messages import (
    agent_answers,
    bot_answers,
    bot_speaks_out_of_turn,
    is_stale,
    note,
    say,
    suggest,
    tag,
)
from chalicelib.domain.conversation.offers import (
    decline,
    end_offer,
    escalate,
    make_offer,
    require_online,
    require_unoffered,
)
from chalicelib.domain.conversation.refusals import illegal, somebody_else_has_it, stale
from chalicelib.domain.conversation.timers import is_out_of_date, scheduled
from chalicelib.domain.conversation.timing import UNTIMED, Timing, entered
from chalicelib.domain.errors import Forbidden, NoAgentAvailable
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue


def decide(head: Head, command: Command, caller: Caller, now: int) -> Decision:
    """Raises a Refused, or Forbidden, where the table has no arrow for this caller.

    A command that changes nothing succeeds whatever epoch it carries: it is its own retry.
    """
    rule = ARROWS[type(command)].get(head.status)
    late = is_stale(command, head) and not isinstance(command, BotMessage)
    is_timer = caller.role is Role.TIMER
    if is_timer and (late or is_out_of_date(command, head, now)):
        return Decision(head)
    if rule is None:
        # Whoever was written out of a conversation learns that, not that it waits.
        raise stale(head) if late and isinstance(command, AgentMessage) else illegal(command, head)
    decision = rule(Situation(head, caller, now), command)
    if not decision.entries:
        return decision
    if late:
        raise stale(head)
    due_at = scheduled(head, decision.head, now, anew=is_timer)
    timing = replace(decision.head.timing, due_at=due_at)
    return replace(decision, head=replace(decision.head, timing=timing))


# Words that are moves


def _user_speaks(s: Situation, command: UserMessage) -> Decision:
    """The user's own word is a message, and ends the handoff in the same commit."""
    said = say(s, command)
    if not command.leaves:
        return said
    left = _return(replace(s, head=said.head), Unpause(Resumption(Outcome.USER_LEFT)))
    (message,), (returned,) = said.entries, left.entries
    returned = replace(returned, sender=message.sender, author=message.author)
    return replace(left, entries=(message, returned), profile=said.profile)


def _take_and_say(s: Situation, command: TakeAndSay) -> Decision:
    """One commit: nobody else can get in between."""
    take = _claim if s.head.status is Status.WAITING else _request_and_claim
    taken = take(s, Take())
    said = say(replace(s, head=taken.head), command)
    return replace(taken, head=said.head, entries=taken.entries + said.entries)


# Into the queue, out of it, and back


def _open(s: Situation, command: Pause) -> Decision:
    if command.someone_free is False:
        if command.if_unavailable is IfUnavailable.REFUSE:
            raise NoAgentAvailable("Nobody is available.", queue=command.request.queue)
        if command.if_unavailable is IfUnavailable.LEAVE_MESSAGE:
            return _leave_message(s, command)
    agent = command.agent
    kept_for = agent if agent and agent.is_free_for(command.request.queue, s.now) else None
    request = replace(command.request, agent=kept_for.person if kept_for else None)
    head, profile = with_profile(s.head, command.profile)
    decision = _request(s, head, request, command.settings, kept_for)
    return replace(decision, profile=profile)


def _request(
    s: Situation,
    head: Head,
    request: Request,
    settings: Queue | None = None,
    kept_for: Member | None = None,
) -> Decision:
    seq = head.last_seq + 1
    handoff = Handoff(
        id=handoff_id(head.id, seq),
        conversation_id=head.id,
        bot=head.bot,
        request=request,
        requested_by=s.caller.author,
        requested_at=s.now,
        opened_seq=seq,
    )
    open_handoff = in_head(s, handoff, settings, kept_for)
    decision = arrow(
        replace(s, head=head),
        Kind.REQUESTED,
        facts_of_request(handoff, open_handoff),
        status=Status.WAITING,
        queue=request.queue,
        priority=request.priority,
        handoff=open_handoff,
        waiting_since=s.now,
        timing=entered(settings, s.now),
    )
    return replace(decision, opened=handoff)


def _leave_message(s: Situation, command: Pause) -> Decision:
    """Nobody is there: a handoff that is over as soon as it is opened; the bot keeps the turn."""
    decision = _request(s, s.head, command.request)
    assert decision.opened is not None
    left = Resumption(Outcome.MESSAGE_LEFT)
    facts = {"handoff_id": decision.opened.id, "reason": command.request.reason, **asdict(left)}
    entry = entry_of(s, Kind.RETURNED, payload=facts)
    closed = replace(decision.opened, returned_at=s.now, returned_seq=entry.seq, resumption=left)
    head, profile = with_profile(s.head, command.profile)
    return Decision(grown(head, entry), (entry,), opened=closed, profile=profile)


def _claim(s: Situation, command: Command) -> Decision:
    require_unoffered(s, command)
    return _give_to(s, Kind.CLAIMED, s.caller.author, s.caller.capacity)


def _request_and_claim(s: Situation, command: Take) -> Decision:
    """Two entries, one arrow: the epoch rises once."""
    requested = _request(s, s.head, command.request, command.settings)
    assert requested.opened is not None
    before_arrow = replace(requested.head, epoch=s.head.epoch)
    claimed = _claim(replace(s, head=before_arrow), command)
    opened = replace(requested.opened, owner=s.caller.author, claimed_at=s.now)
    entries = requested.entries + claimed.entries
    return replace(claimed, entries=entries, opened=opened, changed=None)


def _give_to(s: Situation, kind: Kind, agent: Author, capacity: int | None) -> Decision:
    assert s.head.handoff is not None
    handoff = s.head.handoff
    facts = {"handoff_id": handoff.id, "owner": {"id": agent.id, "name": agent.name}}
    decision = arrow(
        s,
        kind,
        facts,
        capacity,
        status=Status.AGENT,
        owner=agent,
        waiting_since=None,
        last_agent=None,
        timing=replace(s.head.timing, silent_since=s.now),
        handoff=replace(
            handoff, claimed_at=handoff.claimed_at or s.now, expires_at=None, offer=None
        ),
    )
    first = None if handoff.claimed_at else s.now
    return replace(decision, changed=HandoffChange(handoff.id, owner=agent, claimed_at=first))


def _back_to_queue(
    s: Situation, kind: Kind, queue: str | None, timing: Timing, cause: Cause | None
) -> Decision:
    """Who has not been answered yet goes on waiting since they began."""
    handoff = s.head.handoff
    assert handoff is not None
    waiting_since = s.head.waiting_since or s.head.timing.clock or s.now
    facts: dict[str, object] = {
        "handoff_id": handoff.id,
        "queue": queue,
        "priority": s.head.priority,
        "waiting_since": waiting_since,
        **_why(cause),
    }
    decision = arrow(
        s,
        kind,
        facts,
        status=Status.WAITING,
        owner=None,
        queue=queue,
        waiting_since=waiting_since,
        timing=timing,
        handoff=replace(handoff, offer=None),
    )
    return replace(decision, changed=HandoffChange(handoff.id, queue=queue))


def _why(cause: Cause | None) -> dict[str, object]:
    return {} if cause is None else {"cause": cause}


def _release(s: Situation, command: Release) -> Decision:
    _require_owner(s)
    timing = s.head.timing
    if timing.clock is None:
        timing = replace(timing, clock=s.now)
    return _back_to_queue(s, Kind.RELEASED, s.head.queue, timing, command.cause)


def _transfer(s: Situation, command: Transfer) -> Decision:
    decision = _hand_over(s, command)
    if not (command.note and decision.entries):
        return decision
    noted = note(replace(s, head=decision.head), Note(command.note))
    return replace(decision, head=noted.head, entries=decision.entries + noted.entries)


def _hand_over(s: Situation, command: Transfer) -> Decision:
    agent = command.agent
    if agent is None:
        timing = entered(command.settings, s.now)
        return _back_to_queue(s, Kind.TRANSFERRED, command.queue, timing, command.cause)
    if agent.person == s.head.owner_id:
        return Decision(s.head)
    # Whoever takes a conversation over is there, whatever their status says.
    if agent.person != s.caller.id:
        require_online(agent, s.now)
    return _give_to(s, Kind.TRANSFERRED, Author(agent.person, agent.name), agent.capacity)


def _transfer_owned(s: Situation, command: Transfer) -> Decision:
    _require_owner(s)
    return _transfer(s, command)


def _transfer_waiting(s: Situation, command: Transfer) -> Decision:
    if not s.caller.has_supervisor_rights:
        raise Forbidden("Only a supervisor may transfer a conversation that nobody has claimed.")
    return _transfer(s, command)


def _return(s: Situation, command: Unpause) -> Decision:
    handoff = s.head.handoff
    assert handoff is not None
    resumption = command.resumption
    facts = {
        "handoff_id": handoff.id,
        "from_seq": handoff.opened_seq,
        **asdict(resumption),
        **_why(command.cause),
    }
    decision = arrow(
        s,
        Kind.RETURNED,
        facts,
        status=Status.BOT,
        owner=None,
        queue=None,
        priority=0,
        handoff=None,
        waiting_since=None,
        last_agent=s.head.owner_id or s.head.last_agent,
        timing=UNTIMED,
    )
    change = HandoffChange(
        handoff.id, returned_at=s.now, returned_seq=decision.head.last_seq, resumption=resumption
    )
    return replace(decision, changed=change)


def _return_owned(s: Situation, command: Unpause) -> Decision:
    if s.caller.is_person:
        _require_owner(s)
    return _return(s, command)


# Nothing to do


def _unchanged(s: Situation, _: Command) -> Decision:
    return Decision(s.head)


def _unchanged_for_owner(s: Situation, _: Command) -> Decision:
    if not s.owns:
        raise somebody_else_has_it(s.head)
    return Decision(s.head)


def _require_owner(s: Situation) -> None:
    if not (s.owns or s.caller.has_supervisor_rights):
        raise somebody_else_has_it(s.head)


Rule = Callable[[Situation, Any], Decision]

BOT, WAITING, AGENT = Status.BOT, Status.WAITING, Status.AGENT

ARROWS: dict[type[Command], dict[Status, Rule]] = {
    Pause: {BOT: _open, WAITING: _unchanged, AGENT: _unchanged},
    Take: {BOT: _request_and_claim, WAITING: _claim, AGENT: _unchanged_for_owner},
    Claim: {WAITING: _claim, AGENT: _unchanged_for_owner},
    Release: {WAITING: decline, AGENT: _release},
    Transfer: {WAITING: _transfer_waiting, AGENT: _transfer_owned},
    Unpause: {BOT: _unchanged, WAITING: _return, AGENT: _return_owned},
    UserMessage: {BOT: say, WAITING: _user_speaks, AGENT: _user_speaks},
    BotMessage: {
        BOT: bot_answers,
        WAITING: bot_speaks_out_of_turn,
        AGENT: bot_speaks_out_of_turn,
    },
    AgentMessage: {AGENT: agent_answers},
    TakeAndSay: {BOT: _take_and_say, WAITING: _take_and_say, AGENT: agent_answers},
    MakeOffer: {WAITING: make_offer},
    EndOffer: {WAITING: end_offer},
    Escalate: {WAITING: escalate, AGENT: escalate},
    Note: {BOT: note, WAITING: note, AGENT: note},
    Tag: {BOT: tag, WAITING: tag, AGENT: tag},
    Suggest: {BOT: suggest, WAITING: suggest, AGENT: suggest},
}
