"""The rules that change who may speak: into the queue, to an agent, and back to the bot.

Each rule takes the head, the command and the context, and returns a decision or raises a refusal.
"""

from msgspec.structs import replace

from chalicelib.domain.address import handoff_id
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    BotMessage,
    Cause,
    Claim,
    ClaimAndReply,
    Command,
    IfUnavailable,
    Note,
    Pause,
    PauseAndClaim,
    Release,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import (
    Context,
    Decision,
    append,
    move,
    new_entry,
    with_profile,
)
from chalicelib.domain.conversation.entries import (
    Claimed,
    MessageLeft,
    Released,
    Requested,
    Returned,
    TransferredToAgent,
    TransferredToQueue,
)
from chalicelib.domain.conversation.handoff import (
    Handoff,
    HandoffChange,
    Offer,
    OpenHandoff,
    Outcome,
    Request,
    Resumption,
    context_values,
)
from chalicelib.domain.conversation.head import (
    REASON_BYTES,
    Head,
    Owned,
    Paused,
    Timing,
    Waiting,
    WithBot,
    as_owned,
    as_waiting,
    as_with_bot,
    shorten,
    timing_in,
)
from chalicelib.domain.conversation.messages import note, require_owner, say
from chalicelib.domain.conversation.offers import (
    offered_agent,
    require_not_offered_to_another,
    require_online,
)
from chalicelib.domain.conversation.refusals import already_claimed
from chalicelib.domain.errors import Forbidden, NoAgentAvailable
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue

SECOND = 1000


# Into the queue


def request_person(head: WithBot, command: Pause, context: Context) -> Decision:
    """Raises NoAgentAvailable if nobody is free and the caller does not want to wait."""
    if command.someone_free is False and command.if_unavailable is IfUnavailable.REFUSE:
        raise NoAgentAvailable("No agent is available.", queue=command.request.queue)
    # Until the request, the bot has the turn: its last word is no leak.
    said = say(head, BotMessage(command.say), context) if command.say else Decision(head)
    assert isinstance(said.head, WithBot), "a message changes no status"
    leaves_message = command.if_unavailable is IfUnavailable.LEAVE_MESSAGE
    if command.someone_free is False and leaves_message:
        decision = _leave_message(said.head, command, context)
    else:
        decision = _ask(said.head, command, context)
    return replace(decision, entries=said.entries + decision.entries)


def _ask(head: WithBot, command: Pause, context: Context) -> Decision:
    agent = command.agent
    reserved = agent if agent and agent.is_free_for(command.queue, context.now) else None
    request = replace(command.request, agent=reserved.person if reserved else None)
    head, profile = with_profile(head, command.profile)
    handoff = _new_handoff(head, request, context)
    after = _waiting_head(head, handoff, command.queue_settings, reserved)
    requested = replace(_requested(handoff, after), unknown_queue=command.unknown_queue)
    decision = move(head, after, requested, context)
    return replace(decision, opened=handoff, profile=profile)


def _new_handoff(head: WithBot, request: Request, context: Context) -> Handoff:
    seq = head.last_seq + 1
    return Handoff(
        id=handoff_id(head.id, seq),
        conversation_id=head.id,
        bot=head.bot,
        request=request,
        requested_by=context.caller.author,
        requested_at=context.now,
        opened_seq=seq,
    )


def _waiting_head(
    head: WithBot, handoff: Handoff, settings: Queue | None, reserved: Member | None = None
) -> Waiting:
    """`reserved` is the agent for whom the conversation is kept, as long as an offer stands."""
    request, now = handoff.request, handoff.requested_at
    reason = shorten(request.reason, REASON_BYTES) if request.reason else None
    offer = None
    if reserved:
        until = now + (settings or Queue("")).offer_seconds * SECOND
        offer = Offer(Author(reserved.person, reserved.name), until)
    return as_waiting(
        head,
        handoff=OpenHandoff(handoff.id, now, handoff.opened_seq, reason, request.agent),
        waiting_since=now,
        queue=request.queue,
        priority=request.priority,
        timing=timing_in(settings, now),
        offer=offer,
        expires_at=None if request.timeout is None else now + request.timeout,
    )


def _requested(handoff: Handoff, head: Waiting) -> Requested:
    request = handoff.request
    return Requested(
        handoff.id,
        request.queue,
        request.priority,
        request.reason,
        request.agent,
        head.expires_at,
        offered_agent(head.offer) if head.offer else None,
        context_values=context_values(request.context),
    )


def _leave_message(head: WithBot, command: Pause, context: Context) -> Decision:
    """The handoff is closed as soon as it is opened, and the bot keeps the turn."""
    handoff = _new_handoff(head, command.request, context)
    end = Resumption(Outcome.MESSAGE_LEFT)
    left = MessageLeft(
        handoff.id, handoff.request.reason, end.outcome, end.note, end.resume_at, end.variables
    )
    entry = new_entry(head, left, context)
    closed = replace(handoff, returned_at=context.now, returned_seq=entry.seq, resumption=end)
    head, profile = with_profile(head, command.profile)
    return Decision(append(head, entry), (entry,), opened=closed, profile=profile)


def release(head: Owned, command: Release, context: Context) -> Decision:
    require_owner(head, context)
    timing = head.timing
    if timing.unanswered_since is None:
        timing = replace(timing, unanswered_since=context.now)
    return _requeue(head, Released, head.queue, timing, command.cause, context)


def _requeue(
    head: Paused,
    content_class: type[Released | TransferredToQueue],
    queue: str | None,
    timing: Timing,
    cause: Cause | None,
    context: Context,
) -> Decision:
    """A user whom no agent has answered yet keeps the time at which their wait began."""
    waiting_since = head.waiting_since or head.timing.unanswered_since or context.now
    after = as_waiting(
        head,
        handoff=head.handoff,
        waiting_since=waiting_since,
        queue=queue,
        priority=head.priority,
        timing=timing,
        expires_at=head.expires_at,
    )
    content = content_class(head.handoff.id, queue, head.priority, waiting_since, cause)
    decision = move(head, after, content, context)
    return replace(decision, changed=HandoffChange(head.handoff.id, queue=queue))


# To an agent


def claim(
    head: Waiting, command: Claim | PauseAndClaim | ClaimAndReply, context: Context
) -> Decision:
    require_not_offered_to_another(head, command, context)
    agent = context.caller.author
    content = Claimed(head.handoff.id, agent)
    return _give_to(head, content, agent, context.caller.capacity, context)


def pause_and_claim(head: WithBot, command: PauseAndClaim, context: Context) -> Decision:
    return _request_and_claim(head, command, command.request, command.queue_settings, context)


def claim_and_reply(head: WithBot | Waiting, command: ClaimAndReply, context: Context) -> Decision:
    """One commit, so that no other agent can claim in between."""
    if isinstance(head, Waiting):
        claimed = claim(head, command, context)
    else:
        claimed = _request_and_claim(head, command, Request(), None, context)
    said = say(claimed.head, command, context)
    return replace(claimed, head=said.head, entries=claimed.entries + said.entries)


def _request_and_claim(
    head: WithBot,
    command: PauseAndClaim | ClaimAndReply,
    request: Request,
    settings: Queue | None,
    context: Context,
) -> Decision:
    """Two entries, but one change of who may speak: the epoch rises once."""
    handoff = _new_handoff(head, request, context)
    waiting = _waiting_head(head, handoff, settings)
    requested = move(head, waiting, _requested(handoff, waiting), context)
    claimed = claim(append(waiting, *requested.entries), command, context)
    return replace(
        claimed,
        entries=requested.entries + claimed.entries,
        opened=replace(handoff, owner=context.caller.author, claimed_at=context.now),
        changed=None,
    )


def transfer_waiting(head: Waiting, command: Transfer, context: Context) -> Decision:
    if not context.caller.has_supervisor_rights:
        raise Forbidden("Only a supervisor may transfer a conversation that nobody has claimed.")
    return _transfer(head, command, context)


def transfer_owned(head: Owned, command: Transfer, context: Context) -> Decision:
    require_owner(head, context)
    return _transfer(head, command, context)


def _transfer(head: Paused, command: Transfer, context: Context) -> Decision:
    decision = _hand_over(head, command, context)
    if not (command.note and decision.entries):
        return decision
    noted = note(decision.head, Note(command.note), context)
    return replace(decision, head=noted.head, entries=decision.entries + noted.entries)


def _hand_over(head: Paused, command: Transfer, context: Context) -> Decision:
    agent = command.agent
    if agent is None:
        timing = timing_in(command.queue_settings, context.now)
        return _requeue(head, TransferredToQueue, command.queue, timing, command.cause, context)
    if agent.person == head.owner_id:
        return Decision(head)
    # A caller who takes a conversation over is present, whatever their status says.
    if agent.person != context.caller.id:
        require_online(agent, context.now)
    new_owner = Author(agent.person, agent.name)
    content = TransferredToAgent(head.handoff.id, new_owner)
    return _give_to(head, content, new_owner, agent.capacity, context)


def _give_to(
    head: Paused,
    content: Claimed | TransferredToAgent,
    agent: Author,
    capacity: int | None,
    context: Context,
) -> Decision:
    handoff, now = head.handoff, context.now
    first_claim = None if handoff.claimed_at else now
    claimed = replace(handoff, claimed_at=handoff.claimed_at or now)
    after = as_owned(head, handoff=claimed, owner=agent, now=now)
    decision = move(head, after, content, context, capacity)
    changed = HandoffChange(handoff.id, owner=agent, claimed_at=first_claim)
    return replace(decision, changed=changed)


# Back to the bot


def return_waiting(head: Waiting, command: Unpause, context: Context) -> Decision:
    return end_handoff(head, command, context)


def return_owned(head: Owned, command: Unpause, context: Context) -> Decision:
    if context.caller.is_person:
        require_owner(head, context)
    return end_handoff(head, command, context)


def user_speaks(head: Paused, command: UserMessage, context: Context) -> Decision:
    """A leave word is stored as a message and ends the handoff in the same commit."""
    said = say(head, command, context)
    if not command.is_leave_word or isinstance(said.head, WithBot):
        return said
    left = end_handoff(said.head, Unpause(Resumption(Outcome.USER_LEFT)), context)
    (message,), (returned,) = said.entries, left.entries
    returned = replace(returned, sender=message.sender, author=message.author)
    return replace(left, entries=(message, returned), profile=said.profile)


def end_handoff(head: Paused, command: Unpause, context: Context) -> Decision:
    handoff, end = head.handoff, command.resumption
    content = Returned(
        handoff.id,
        handoff.opened_seq,
        end.outcome,
        end.note,
        end.resume_at,
        end.variables,
        command.cause,
    )
    after = as_with_bot(head)
    decision = move(head, after, content, context)
    changed = HandoffChange(
        handoff.id,
        returned_at=context.now,
        returned_seq=decision.head.last_seq,
        resumption=end,
    )
    return replace(decision, changed=changed)


# No change


def keep(head: Head, _: Command, __: Context) -> Decision:
    return Decision(head)


def keep_for_owner(head: Owned, _: Command, context: Context) -> Decision:
    if not context.owns(head):
        raise already_claimed(head)
    return Decision(head)
