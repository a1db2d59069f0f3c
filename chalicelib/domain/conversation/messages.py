"""The rules for messages, snoozes, notes, tags, ratings and corrections of a request. They do not
change who may speak."""

from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Command,
    MessageCommand,
    Note,
    RateHandoff,
    Snooze,
    Suggest,
    Tag,
    UpdateHandoff,
)
from chalicelib.domain.conversation.decision import (
    Context,
    Decision,
    append,
    new_entry,
    with_profile,
)
from chalicelib.domain.conversation.entries import (
    EVENT_TYPES,
    ChannelEvent,
    Entry,
    HandoffUpdated,
    Leak,
    Message,
    Noted,
    Rated,
    Snoozed,
    Suggested,
    Tagged,
    preview_of,
)
from chalicelib.domain.conversation.handoff import HandoffChange, Rating, context_values
from chalicelib.domain.conversation.head import (
    REASON_BYTES,
    Head,
    Owned,
    Paused,
    WithBot,
    shorten,
)
from chalicelib.domain.conversation.refusals import already_claimed, not_your_turn, stale
from chalicelib.domain.errors import (
    BatonError,
    Conflict,
    IllegalMove,
    NotFound,
    invalid_field,
)

LONGEST_SNOOZE_DAYS = 7
DAY = 24 * 60 * 60 * 1000
UPDATABLE = ("reason", "summary", "context", "priority")


def say(head: Head, command: MessageCommand, context: Context) -> Decision:
    """Stores a message, or an event that the channel reports about its user."""
    head, profile = with_profile(head, command.profile)
    is_event = command.sender is From.USER and command.body.type in EVENT_TYPES
    content_class = ChannelEvent if is_event else Message
    entry = new_entry(head, content_class(command.body, command.message_id), context)
    author = entry.author
    if command.sender is From.USER:
        author = Author(head.address.user, head.user_name or "")
    entry = replace(entry, sender=command.sender, author=author)
    if is_event:
        return Decision(append(head, entry), (entry,), profile=profile)
    after = append(
        head,
        entry,
        last_message=preview_of(entry.seq, entry.sender, command.body, entry.at),
        heard_seq=entry.seq if entry.sender is From.USER else head.heard_seq,
    )
    return Decision(_with_turn(head, after, entry), (entry,), profile=profile)


def _with_turn(before: Head, after: Head, entry: Entry) -> Head:
    """An agent's message ends the user's wait. A turn begins when the other party writes. A user's
    message ends a snooze."""
    if isinstance(after, WithBot):
        return after
    if entry.sender is From.AGENT:
        after = replace(after, timing=replace(after.timing, unanswered_since=None, alerts=0))
        return _new_turn(after, entry.at)
    agent_wrote_last = before.last_message and before.last_message.sender is From.AGENT
    after = _new_turn(after, entry.at) if agent_wrote_last else after
    return _without_snooze(after, entry.at) if isinstance(after, Owned) else after


def _new_turn(head: Paused, now: int) -> Paused:
    return replace(head, turn_started_at=now) if isinstance(head, Owned) else head


def bot_answers(head: WithBot, command: BotMessage, context: Context) -> Decision:
    if is_stale(command, head):
        return _leak(head, command, context, stale(head))
    return say(head, command, context)


def bot_out_of_turn(head: Paused, command: BotMessage, context: Context) -> Decision:
    return _leak(head, command, context, not_your_turn(head))


def _leak(head: Head, command: BotMessage, context: Context, refusal: BatonError) -> Decision:
    """Marks in the log that the bot spoke, without its words."""
    leak = Leak(refusal.code, command.epoch, command.message_id)
    entry = new_entry(head, leak, context)
    return Decision(append(head, entry, leaks=head.leaks + 1), (entry,), refusal=refusal)


def agent_answers(head: Owned, command: AgentMessage, context: Context) -> Decision:
    if not context.owns(head):
        raise already_claimed(head)
    return say(head, command, context)


def snooze(head: Owned, command: Snooze, context: Context) -> Decision:
    """Raises InvalidRequest if the time is not in the future, or too far ahead."""
    require_owner(head, context)
    until, now = command.until, context.now
    if until is not None and not now < until <= now + LONGEST_SNOOZE_DAYS * DAY:
        what = f"`until` is a time in the future, at most {LONGEST_SNOOZE_DAYS} days ahead"
        raise invalid_field("until", what)
    if until == head.snoozed_until:
        return Decision(head)
    entry = new_entry(head, Snoozed(until), context)
    after = append(_without_snooze(head, now), entry, snoozed_until=until)
    return Decision(after, (entry,))


def _without_snooze(head: Owned, now: int) -> Owned:
    """The inactivity timers count from the moment at which the snooze has ended."""
    if head.snoozed_until is None:
        return head
    awake_since = max(head.turn_started_at, min(head.snoozed_until, now))
    return replace(head, snoozed_until=None, turn_started_at=awake_since)


def require_owner(head: Owned, context: Context) -> None:
    """Raises AlreadyClaimed unless the caller is the owner, a supervisor or a timer."""
    if not (context.owns(head) or context.caller.has_supervisor_rights):
        raise already_claimed(head)


def note(head: Head, command: Note, context: Context) -> Decision:
    entry = new_entry(head, Noted(command.text, command.handoff, command.mentions), context)
    return Decision(append(head, entry, notes=head.notes + 1), (entry,))


def suggest(head: Head, command: Suggest, context: Context) -> Decision:
    entry = new_entry(head, Suggested(command.text), context)
    return Decision(append(head, entry), (entry,))


def rate(head: Head, command: RateHandoff, context: Context) -> Decision:
    """The user rates, and the bot passes it on. A later rating replaces the first. Raises NotFound,
    IllegalMove if the handoff is still open, and Conflict if its user was erased since."""
    handoff = command.handoff
    if handoff is None:
        raise NotFound(f"The bot {head.bot} has no handoff {command.handoff_id}.")
    if handoff.returned_at is None:
        raise IllegalMove(
            f"The handoff {handoff.id} has not ended yet. Ask for the rating after the event"
            " conversation.returned.",
            command=command.name,
            status=head.status,
            handoff_id=handoff.id,
        )
    if head.erased_seq is not None and handoff.opened_seq < head.erased_seq:
        raise Conflict(
            f"The user of the handoff {handoff.id} was erased, so it takes no rating.",
            handoff_id=handoff.id,
        )
    before = handoff.rating
    if before and (before.score, before.comment) == (command.score, command.comment):
        return Decision(head)
    entry = new_entry(head, Rated(handoff.id, command.score, command.comment), context)
    entry = replace(entry, sender=From.USER, author=Author(head.address.user, head.user_name or ""))
    rating = Rating(command.score, command.comment, context.now)
    return Decision(append(head, entry), (entry,), changed=HandoffChange(handoff.id, rating=rating))


def update_handoff(head: Paused, command: UpdateHandoff, context: Context) -> Decision:
    fields = tuple(name for name in UPDATABLE if getattr(command, name) is not None)
    if not fields:
        return Decision(head)
    priority = head.priority if command.priority is None else command.priority
    values = context_values(command.context)
    content = HandoffUpdated(head.handoff.id, priority, fields, command.reason, values)
    reason = shorten(command.reason, REASON_BYTES) if command.reason else head.handoff.reason
    handoff = replace(head.handoff, reason=reason)
    entry = new_entry(head, content, context)
    changed = HandoffChange(head.handoff.id, **{name: getattr(command, name) for name in fields})
    after = append(head, entry, handoff=handoff, priority=priority)
    return Decision(after, (entry,), changed=changed)


def tag(head: Head, command: Tag, context: Context) -> Decision:
    if command.tags == head.tags:
        return Decision(head)
    entry = new_entry(head, Tagged(command.tags), context)
    return Decision(append(head, entry, tags=command.tags), (entry,))


def is_stale(command: Command, head: Head) -> bool:
    return command.epoch is not None and command.epoch != head.epoch
