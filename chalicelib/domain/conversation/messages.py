"""What is said and noted in a conversation. Nothing here changes who may speak."""

from msgspec.structs import replace

from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Command,
    Message,
    Note,
    Suggest,
    Tag,
    TakeAndSay,
    UserMessage,
)
from chalicelib.domain.conversation.decision import (
    Decision,
    Situation,
    entry_of,
    grown,
    with_profile,
)
from chalicelib.domain.conversation.entries import EVENT_TYPES, Author, Entry, From, Kind, preview
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.conversation.refusals import not_your_turn, somebody_else_has_it, stale
from chalicelib.domain.conversation.timing import Timing
from chalicelib.domain.errors import BatonError

SENDERS: dict[type[Command], From] = {
    UserMessage: From.USER,
    BotMessage: From.BOT,
    AgentMessage: From.AGENT,
    TakeAndSay: From.AGENT,
}


def say(s: Situation, command: Message) -> Decision:
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
    after = grown(
        head,
        entry,
        last_message=preview(entry),
        heard_seq=entry.seq if sender is From.USER else head.heard_seq,
        timing=_timing(head, entry),
    )
    return Decision(after, (entry,), profile=profile)


def _timing(head: Head, entry: Entry) -> Timing:
    """The first word of a person stops the clock; whoever is spoken to has the turn to speak."""
    if not head.paused:
        return head.timing
    if entry.sender is From.AGENT:
        return replace(head.timing, clock=None, alerts=0, silent_since=entry.at)
    answers = head.last_message is not None and head.last_message.sender is From.AGENT
    return replace(head.timing, silent_since=entry.at) if answers else head.timing


def bot_answers(s: Situation, command: BotMessage) -> Decision:
    if is_stale(command, s.head):
        return _leak(s, command, stale(s.head))
    return say(s, command)


def bot_speaks_out_of_turn(s: Situation, command: BotMessage) -> Decision:
    return _leak(s, command, not_your_turn(s.head))


def _leak(s: Situation, command: BotMessage, refusal: BatonError) -> Decision:
    """Marks that the bot spoke, without what it said."""
    facts = {"code": refusal.code, "epoch": command.epoch}
    entry = entry_of(s, Kind.LEAK, payload=facts, message_id=command.message_id)
    head = grown(s.head, entry, leaks=s.head.leaks + 1)
    return Decision(head, (entry,), refusal=refusal)


def agent_answers(s: Situation, command: AgentMessage) -> Decision:
    if not s.owns:
        raise somebody_else_has_it(s.head)
    return say(s, command)


def note(s: Situation, command: Note) -> Decision:
    about = {"handoff_id": command.handoff} if command.handoff else None
    entry = entry_of(s, Kind.NOTE, text=command.text, payload=about)
    return Decision(grown(s.head, entry, notes=s.head.notes + 1), (entry,))


def suggest(s: Situation, command: Suggest) -> Decision:
    entry = entry_of(s, Kind.SUGGESTION, text=command.text)
    return Decision(grown(s.head, entry), (entry,))


def tag(s: Situation, command: Tag) -> Decision:
    if command.tags == s.head.tags:
        return Decision(s.head)
    entry = entry_of(s, Kind.TAGGED, payload={"tags": list(command.tags)})
    return Decision(grown(s.head, entry, tags=command.tags), (entry,))


def is_stale(command: Command, head: Head) -> bool:
    epoch = getattr(command, "epoch", None)
    return epoch is not None and epoch != head.epoch
