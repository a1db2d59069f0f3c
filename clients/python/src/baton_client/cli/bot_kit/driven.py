"""The checks that drive a bot: what its users see while a conversation changes hands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from baton_client.cli.bot_kit.fake_baton import PlayedConversation
from baton_client.cli.bot_kit.stage import BotFailed, Stage
from baton_client.cli.webhook_kit.check import CheckResult

PERSON = "Hello, this is a person of the team."


@dataclass(frozen=True, slots=True)
class DrivenCheck:
    """`play` raises BotFailed with what was wrong."""

    name: str
    play: Callable[[Stage, str], None]
    mend: str


def driven_checks(stage: Callable[[], Stage], word: str) -> Iterator[CheckResult]:
    """Each check has a stage, and so a user, of its own. The bot hands over if a user writes
    `word`."""
    for each in CHECKS:
        try:
            each.play(stage(), word)
        except BotFailed as failed:
            yield CheckResult(each.name, False, str(failed), each.mend)
        else:
            yield CheckResult(each.name, True, "as it should", each.mend)


def _claim(conversation: PlayedConversation) -> None:
    conversation.move("agent")


def _claim_and_return(conversation: PlayedConversation) -> None:
    conversation.move("agent")
    conversation.move("bot")


def _answers(stage: Stage, _: str) -> None:
    _recorded(stage, _some(stage.writes("Hello", answered=True)))


def _redelivery(stage: Stage, _: str) -> None:
    _some(stage.writes("Hello", message_id=f"{stage.user}-1", answered=True))
    _nothing(stage.writes("Hello", message_id=f"{stage.user}-1"))


def _pause_during_turn(stage: Stage, _: str) -> None:
    _nothing(stage.interrupted("Hello", _claim))


def _late_reply(stage: Stage, _: str) -> None:
    shown = stage.interrupted("Hello", _claim_and_return)
    if stage.conversation.without_epoch:
        raise BotFailed("The reply had no epoch, so Baton could not see that it was too late")
    _nothing(shown)


def _silence(stage: Stage, _: str) -> None:
    _claim(stage.conversation)
    _nothing(stage.writes("Are you there?"))


def _farewell(stage: Stage, word: str) -> None:
    _hand_over(stage, word)
    _nothing(stage.writes("Hello?"))


def _too_late_handover(stage: Stage, word: str) -> None:
    _nothing(stage.interrupted(word, _claim))


def _person(stage: Stage, _: str) -> None:
    _talks_to_a_person(stage)
    event = stage.event("agent.message", text=PERSON)
    stage.delivers(event, until=lambda: _times(stage, PERSON) > 0)
    _once(stage, PERSON)


def _lost_answer(stage: Stage, _: str) -> None:
    _talks_to_a_person(stage)
    event = stage.event("agent.message", text=PERSON)
    stage.delivers(event, event, event, until=lambda: _times(stage, PERSON) > 0)
    _once(stage, PERSON)


def _order(stage: Stage, _: str) -> None:
    _talks_to_a_person(stage)
    first, second = "The first message.", "The second message."
    earlier = stage.event("agent.message", text=first)
    later = stage.event("agent.message", text=second)
    stage.delivers(later, earlier, until=lambda: _times(stage, first) * _times(stage, second) > 0)
    for text in (first, second):
        _once(stage, text)


def _resume(stage: Stage, word: str) -> None:
    _hand_over(stage, word)
    stage.conversation.move("agent")
    stage.delivers(stage.event("handoff.claimed"))
    stage.conversation.move("bot")
    stage.delivers(stage.event("conversation.returned"))
    _recorded(stage, _some(stage.writes("Thank you", answered=True)))


def _redelivered_request(stage: Stage, word: str) -> None:
    message_id = f"{stage.user}-1"
    _hand_over(stage, word, message_id)
    _claim_and_return(stage.conversation)
    shown = stage.writes(word, message_id=message_id)
    if stage.conversation.handoffs > 1:
        raise BotFailed("The bot handed over again")
    _nothing(shown)


def _late_event(stage: Stage, word: str) -> None:
    _hand_over(stage, word)
    stage.conversation.move("agent")
    claimed = stage.event("handoff.claimed")
    stage.conversation.move("bot")
    stage.delivers(stage.event("conversation.returned"), claimed)
    _recorded(stage, _some(stage.writes("Thank you", answered=True)))


CHECKS: Sequence[DrivenCheck] = (
    DrivenCheck(
        "shows what it has recorded",
        _answers,
        "Record each message of the user and each reply, and post each text that you show to "
        "/shown of the address that `baton check` prints.",
    ),
    DrivenCheck(
        "answers a message that the channel delivers twice once",
        _redelivery,
        "Give Baton the channel's message_id, and make the reply's message_id from it. Show a "
        "reply only if Baton does not answer `repeated`. The client's `heard` and `say` do both.",
    ),
    DrivenCheck(
        "shows no reply if a person takes the conversation during the turn",
        _pause_during_turn,
        "Record the reply first, and show it only if Baton accepts it: `if turn.say(reply)`.",
    ),
    DrivenCheck(
        "shows no reply from before a handoff",
        _late_reply,
        "Send the epoch of the user's message with the reply. Show nothing after `stale_epoch`.",
    ),
    DrivenCheck(
        "is silent while a person has the conversation",
        _silence,
        "Record the user's message, and answer only if `disposition` is `bot`.",
    ),
    DrivenCheck(
        "hands over, says farewell once, and is silent",
        _farewell,
        "Call pause with the farewell as `say`, and show it once Baton has accepted. The check "
        "writes what --word says; your bot must hand over then.",
    ),
    DrivenCheck(
        "shows no farewell if a person was there already",
        _too_late_handover,
        "Show the farewell only if Baton has stored it, so not with the warning `say_ignored`: "
        "`if turn.hand_over(…, say=farewell)`.",
    ),
    DrivenCheck(
        "shows what a person writes",
        _person,
        "Show the text of each `agent.message` to the `user` of the event.",
    ),
    DrivenCheck(
        "shows a person's message once if the webhook's answer was lost",
        _lost_answer,
        "Keep the webhook-ids that you have handled, and answer them with 2xx at once.",
    ),
    DrivenCheck(
        "shows messages that arrive in another order",
        _order,
        "Do not drop an event because a later one has arrived.",
    ),
    DrivenCheck(
        "answers again after the conversation has come back",
        _resume,
        "Ask Baton for each message who may speak, and use the epoch of that answer. Keep no flag.",
    ),
    DrivenCheck(
        "answers again if an old event arrives after the return",
        _late_event,
        "Do not decide by webhooks who may speak: they may come late. The answer to the "
        "user's message decides.",
    ),
    DrivenCheck(
        "hands over once if the request comes again after the return",
        _redelivered_request,
        "If Baton answers `repeated`, look in the log for an entry `requested` after the message's "
        "seq, and stay silent if there is one. The client's `heard` does.",
    ),
)


def _talks_to_a_person(stage: Stage) -> None:
    """The bot knows the user before an agent takes the conversation."""
    stage.writes("Hello")
    _claim(stage.conversation)


def _hand_over(stage: Stage, word: str, message_id: str | None = None) -> None:
    shown = stage.writes(word, message_id=message_id, answered=True)
    if not stage.conversation.handoffs:
        raise BotFailed(f"The bot did not hand over when the user wrote {word!r}")
    _recorded(stage, _some(shown))


def _some(shown: Sequence[str]) -> Sequence[str]:
    if not shown:
        raise BotFailed("The bot showed nothing")
    return shown


def _nothing(shown: Sequence[str]) -> None:
    if shown:
        raise BotFailed(f"The bot showed {shown[0]!r}")


def _recorded(stage: Stage, shown: Sequence[str]) -> None:
    for text in shown:
        if text not in stage.conversation.recorded:
            raise BotFailed(f"The bot showed {text!r}, which it had not recorded")
        if shown.count(text) > stage.conversation.recorded.count(text):
            raise BotFailed(f"The bot showed {text!r} more often than it had recorded it")


def _times(stage: Stage, text: str) -> int:
    return sum(text in each for each in stage.shown())


def _once(stage: Stage, text: str) -> None:
    times = _times(stage, text)
    if times != 1:
        raise BotFailed(f"The bot showed {text!r} {times} times")
