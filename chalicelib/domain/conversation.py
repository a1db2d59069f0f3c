"""Who may speak, and how that changes.

Rule: the status, the owner and the epoch of a conversation change only by an arrow of `ARROWS`.
A pair of command and status that is not in the table is an illegal move and changes nothing.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import handoff_id
from chalicelib.domain.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Command,
    IfUnavailable,
    Message,
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
from chalicelib.domain.decision import Decision, Situation, arrow, entry_of, grown, with_profile
from chalicelib.domain.entries import EVENT_TYPES, Author, From, Kind, preview, shorten
from chalicelib.domain.errors import BatonError, Forbidden, NoAgentAvailable
from chalicelib.domain.handoff import (
    Handoff,
    HandoffChange,
    OpenHandoff,
    Outcome,
    Request,
    Resumption,
)
from chalicelib.domain.head import Head, Status
from chalicelib.domain.refusals import illegal, not_your_turn, somebody_else_has_it, stale
from chalicelib.domain.routing import Member, PresenceStatus

REASON_BYTES = 80
"""Of the reason, in the head; the whole of it is in the handoff's row."""


def decide(head: Head, command: Command, caller: Caller, now: int) -> Decision:
    """Raises a Refused, or Forbidden, where the table has no arrow for this caller.

    A command that changes nothing succeeds whatever epoch it carries: it is its own retry.
    """
    rule = ARROWS[type(command)].get(head.status)
    if rule is None:
        raise illegal(command, head)
    decision = rule(Situation(head, caller, now), command)
    late = _is_stale(command, head) and not isinstance(command, BotMessage)
    if not (decision.entries and late):
        return decision
    if caller.role is Role.TIMER:
        return Decision(head)
    raise stale(head)


# Messages


def _say(s: Situation, command: Message) -> Decision:
    head, profile = with_profile(s.head, getattr(command, "profile", None))
    sender = SENDERS[type(command)]
    author = Author(head.address.user, head.user_name or "")
    is_event = sender is From.USER and command.body.type in EVENT_TYPES
    entry = entry_of(
        s,
        Kind.EVENT if is_event else Kind.MESSAGE,
        sender=sender,
        author=author if sender is From.USER else s.caller.author,
        type=command.body.type,
        text=command.body.text,
        payload=command.body.payload,
        message_id=command.message_id,
    )
    if is_event:
        return Decision(grown(head, entry), (entry,), profile=profile)
    heard = entry.seq if sender is From.USER else head.heard_seq
    after = grown(head, entry, last_message=preview(entry), heard_seq=heard)
    return Decision(after, (entry,), profile=profile)


def _user_speaks(s: Situation, command: UserMessage) -> Decision:
    """The user's own word is a message, and ends the handoff in the same commit."""
    said = _say(s, command)
    if not command.leaves:
        return said
    left = _return(replace(s, head=said.head), Unpause(Resumption(Outcome.USER_LEFT)))
    (message,), (returned,) = said.entries, left.entries
    returned = replace(returned, sender=message.sender, author=message.author)
    return replace(left, entries=(message, returned), profile=said.profile)


def _bot_answers(s: Situation, command: BotMessage) -> Decision:
    if _is_stale(command, s.head):
        return _leak(s, command, stale(s.head))
    return _say(s, command)


def _bot_speaks_out_of_turn(s: Situation, command: BotMessage) -> Decision:
    return _leak(s, command, not_your_turn(s.head))


def _leak(s: Situation, command: BotMessage, refusal: BatonError) -> Decision:
    """Marks that the bot spoke, without what it said."""
    facts = {"code": refusal.code, "epoch": command.epoch}
    entry = entry_of(s, Kind.LEAK, payload=facts, message_id=command.message_id)
    head = grown(s.head, entry, leaks=s.head.leaks + 1)
    return Decision(head, (entry,), refusal=refusal)


def _agent_answers(s: Situation, command: AgentMessage) -> Decision:
    if not s.owns:
        raise somebody_else_has_it(s.head)
    return _say(s, command)


def _take_and_say(s: Situation, command: TakeAndSay) -> Decision:
    """One commit: nobody else can get in between."""
    take = _claim if s.head.status is Status.WAITING else _request_and_claim
    taken = take(s, Take())
    said = _say(replace(s, head=taken.head), command)
    return replace(taken, head=said.head, entries=taken.entries + said.entries)


# Into the queue, out of it, and back


def _open(s: Situation, command: Pause) -> Decision:
    if command.someone_free is False:
        if command.if_unavailable is IfUnavailable.REFUSE:
            raise NoAgentAvailable("Nobody is available.", queue=command.request.queue)
        if command.if_unavailable is IfUnavailable.LEAVE_MESSAGE:
            return _leave_message(s, command)
    agent = command.agent
    kept_for = agent.person if agent and agent.is_free(s.now) else None
    request = replace(command.request, agent=kept_for)
    head, profile = with_profile(s.head, command.profile)
    return replace(_request(s, head, request), profile=profile)


def _request(s: Situation, head: Head, request: Request) -> Decision:
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
    reason = shorten(request.reason, REASON_BYTES) if request.reason else None
    expires_at = None if request.timeout is None else s.now + request.timeout
    in_head = OpenHandoff(handoff.id, s.now, seq, reason, request.agent, expires_at=expires_at)
    facts: dict[str, object] = {
        "handoff_id": handoff.id,
        "queue": request.queue,
        "priority": request.priority,
        "reason": request.reason,
        "agent": request.agent,
    }
    if expires_at is not None:
        facts["expires_at"] = expires_at
    decision = arrow(
        replace(s, head=head),
        Kind.REQUESTED,
        facts,
        status=Status.WAITING,
        queue=request.queue,
        priority=request.priority,
        handoff=in_head,
        waiting_since=s.now,
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


def _claim(s: Situation, _: Command) -> Decision:
    return _give_to(s, Kind.CLAIMED, s.caller.author, s.caller.capacity)


def _request_and_claim(s: Situation, command: Take) -> Decision:
    """Two entries, one arrow: the epoch rises once."""
    requested = _request(s, s.head, command.request)
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
        handoff=replace(handoff, claimed_at=handoff.claimed_at or s.now, expires_at=None),
    )
    first = None if handoff.claimed_at else s.now
    return replace(decision, changed=HandoffChange(handoff.id, owner=agent, claimed_at=first))


def _back_to_queue(s: Situation, kind: Kind, queue: str | None) -> Decision:
    facts = {"handoff_id": s.head.handoff_id, "queue": queue, "priority": s.head.priority}
    waiting_since = s.head.waiting_since or s.now
    decision = arrow(
        s, kind, facts, status=Status.WAITING, owner=None, queue=queue, waiting_since=waiting_since
    )
    assert s.head.handoff is not None
    return replace(decision, changed=HandoffChange(s.head.handoff.id, queue=queue))


def _release(s: Situation, _: Release) -> Decision:
    _require_owner(s)
    return _back_to_queue(s, Kind.RELEASED, s.head.queue)


def _transfer(s: Situation, command: Transfer) -> Decision:
    decision = _hand_over(s, command)
    if not (command.note and decision.entries):
        return decision
    noted = _note(replace(s, head=decision.head), Note(command.note))
    return replace(decision, head=noted.head, entries=decision.entries + noted.entries)


def _hand_over(s: Situation, command: Transfer) -> Decision:
    agent = command.agent
    if agent is None:
        return _back_to_queue(s, Kind.TRANSFERRED, command.queue)
    if agent.person == s.head.owner_id:
        return Decision(s.head)
    # Whoever takes a conversation over is there, whatever their status says.
    if agent.person != s.caller.id:
        _require_online(agent, s.now)
    return _give_to(s, Kind.TRANSFERRED, Author(agent.person, agent.name), agent.capacity)


def _transfer_owned(s: Situation, command: Transfer) -> Decision:
    _require_owner(s)
    return _transfer(s, command)


def _transfer_waiting(s: Situation, command: Transfer) -> Decision:
    if not s.caller.may_overrule:
        raise Forbidden("Only a supervisor may transfer a conversation that nobody has claimed.")
    return _transfer(s, command)


def _return(s: Situation, command: Unpause) -> Decision:
    handoff = s.head.handoff
    assert handoff is not None
    resumption = command.resumption
    facts = {"handoff_id": handoff.id, "from_seq": handoff.opened_seq, **asdict(resumption)}
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
    )
    change = HandoffChange(
        handoff.id, returned_at=s.now, returned_seq=decision.head.last_seq, resumption=resumption
    )
    return replace(decision, changed=change)


def _return_owned(s: Situation, command: Unpause) -> Decision:
    if s.caller.is_person:
        _require_owner(s)
    return _return(s, command)


# At any time


def _note(s: Situation, command: Note) -> Decision:
    about = {"handoff_id": command.handoff} if command.handoff else None
    entry = entry_of(s, Kind.NOTE, text=command.text, payload=about)
    return Decision(grown(s.head, entry, notes=s.head.notes + 1), (entry,))


def _suggest(s: Situation, command: Suggest) -> Decision:
    entry = entry_of(s, Kind.SUGGESTION, text=command.text)
    return Decision(grown(s.head, entry), (entry,))


def _tag(s: Situation, command: Tag) -> Decision:
    if command.tags == s.head.tags:
        return Decision(s.head)
    entry = entry_of(s, Kind.TAGGED, payload={"tags": list(command.tags)})
    return Decision(grown(s.head, entry, tags=command.tags), (entry,))


def _unchanged(s: Situation, _: Command) -> Decision:
    return Decision(s.head)


def _unchanged_for_owner(s: Situation, _: Command) -> Decision:
    if not s.owns:
        raise somebody_else_has_it(s.head)
    return Decision(s.head)


def _is_stale(command: Command, head: Head) -> bool:
    epoch = getattr(command, "epoch", None)
    return epoch is not None and epoch != head.epoch


def _require_owner(s: Situation) -> None:
    if not (s.owns or s.caller.may_overrule):
        raise somebody_else_has_it(s.head)


def _require_online(agent: Member, now: int) -> None:
    if agent.presence.at(now) is not PresenceStatus.ONLINE:
        raise NoAgentAvailable(f"{agent.name} is not online.", agent=agent.person)


Rule = Callable[[Situation, Any], Decision]

SENDERS = {
    UserMessage: From.USER,
    BotMessage: From.BOT,
    AgentMessage: From.AGENT,
    TakeAndSay: From.AGENT,
}

BOT, WAITING, AGENT = Status.BOT, Status.WAITING, Status.AGENT

ARROWS: dict[type[Command], dict[Status, Rule]] = {
    Pause: {BOT: _open, WAITING: _unchanged, AGENT: _unchanged},
    Take: {BOT: _request_and_claim, WAITING: _claim, AGENT: _unchanged_for_owner},
    Claim: {WAITING: _claim, AGENT: _unchanged_for_owner},
    Release: {AGENT: _release},
    Transfer: {WAITING: _transfer_waiting, AGENT: _transfer_owned},
    Unpause: {BOT: _unchanged, WAITING: _return, AGENT: _return_owned},
    UserMessage: {BOT: _say, WAITING: _user_speaks, AGENT: _user_speaks},
    BotMessage: {
        BOT: _bot_answers,
        WAITING: _bot_speaks_out_of_turn,
        AGENT: _bot_speaks_out_of_turn,
    },
    AgentMessage: {AGENT: _agent_answers},
    TakeAndSay: {BOT: _take_and_say, WAITING: _take_and_say, AGENT: _agent_answers},
    Note: {BOT: _note, WAITING: _note, AGENT: _note},
    Tag: {BOT: _tag, WAITING: _tag, AGENT: _tag},
    Suggest: {BOT: _suggest, WAITING: _suggest, AGENT: _suggest},
}
