"""The user's own word: a message, and the end of the handoff."""

from functools import reduce

import pytest

from chalicelib.domain.bot_settings import BotSettings, field_errors
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import Profile, UserMessage
from chalicelib.domain.conversation.decision import CapacityChange
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.conversation.head import Head, Status
from tests.domain.cast import BOT_KEY, HANDOFF_ID, NOW, WAITING, WITH_ANA, WITH_BOT, ask
from tests.support.fold import fold

SETTINGS = BotSettings(leave_words=("/end", "Back to bot", "عودة", "STRASSE"))
END = UserMessage(Body(text="/end"), "m1", is_leave_word=True)


@pytest.mark.parametrize("head", [WAITING, WITH_ANA])
def test_the_users_own_word_is_stored_and_ends_the_handoff_in_one_commit(head: Head) -> None:
    decision = ask(head, END, BOT_KEY)

    message, returned = decision.entries
    assert (message.kind, message.record.text, message.record.message_id) == (
        Kind.MESSAGE,
        "/end",
        "m1",
    )
    assert (returned.kind, returned.record.message_id) == (Kind.RETURNED, None)
    assert [message.seq, returned.seq] == [head.last_seq + 1, head.last_seq + 2]
    assert [message.epoch, returned.epoch] == [head.epoch, head.epoch + 1]


@pytest.mark.parametrize("head", [WAITING, WITH_ANA])
def test_after_it_the_bot_has_the_turn(head: Head) -> None:
    after = ask(head, END, BOT_KEY).head

    assert (after.status, after.epoch, after.handoff) == (Status.BOT, head.epoch + 1, None)
    assert after.last_message is not None
    assert after.last_message.text == "/end"


def test_the_handoff_ends_as_left_by_the_user_and_the_agent_has_room_again() -> None:
    decision = ask(WITH_ANA, END, BOT_KEY)

    assert decision.changed is not None
    assert decision.changed.id == HANDOFF_ID
    assert decision.changed.resumption is not None
    assert decision.changed.resumption.outcome is Outcome.USER_LEFT
    assert (decision.changed.returned_at, decision.changed.returned_seq) == (NOW, 8)
    assert decision.capacity_changes == (CapacityChange("ana", -1),)


def test_both_entries_are_the_users() -> None:
    named = UserMessage(END.body, profile=Profile("Uma"), is_leave_word=True)

    decision = ask(WAITING, named, BOT_KEY)

    assert [entry.sender for entry in decision.entries] == [From.USER, From.USER]
    assert {entry.author for entry in decision.entries} == {Author("u1", "Uma")}
    assert decision.profile == Profile("Uma")


@pytest.mark.parametrize("head", [WAITING, WITH_ANA])
def test_the_log_tells_all_of_it(head: Head) -> None:
    decision = ask(head, END, BOT_KEY)

    assert reduce(fold, decision.entries, head) == decision.head


def test_with_the_bot_it_is_an_ordinary_message() -> None:
    decision = ask(WITH_BOT, END, BOT_KEY)

    assert [entry.kind for entry in decision.entries] == [Kind.MESSAGE]
    assert decision.head.epoch == WITH_BOT.epoch


@pytest.mark.parametrize("text", ["/end", " /END\n", "back TO bot", "عودة", "straße"])
def test_a_word_counts_in_any_case_with_space_around_it(text: str) -> None:
    assert SETTINGS.is_leave_word(Body(text=text))


@pytest.mark.parametrize("text", ["", " ", "/end please", "the /end", "/ end", "back to  bot"])
def test_a_word_counts_only_as_the_whole_message(text: str) -> None:
    assert not SETTINGS.is_leave_word(Body(text=text))


def test_only_what_the_user_writes_counts() -> None:
    assert not SETTINGS.is_leave_word(Body("button", payload={"text": "/end"}))
    assert not BotSettings().is_leave_word(Body(text="/end"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (BotSettings(leave_words=(" ",)), "leave_words"),
        (BotSettings(default_locale="klingon please"), "default_locale"),
        (BotSettings(texts={"en": {"x": "y"}}), "texts.en.x"),
    ],
)
def test_settings_that_make_no_sense_are_named_by_their_field(
    wrong: BotSettings, field: str
) -> None:
    assert [place for place, _ in field_errors(wrong)] == [field]


def test_the_settings_that_a_bot_begins_with_are_fine() -> None:
    assert list(field_errors(BotSettings())) == []
