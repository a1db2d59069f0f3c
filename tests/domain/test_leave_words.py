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
def test_a_leave_word_is_stored_and_ends_the_handoff_in_one_commit(head: Head) -> None:
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
def test_the_bot_has_the_turn_after_a_leave_word(head: Head) -> None:
    after = ask(head, END, BOT_KEY).head

    assert (after.status, after.epoch, after.handoff) == (Status.BOT, head.epoch + 1, None)
    assert after.last_message is not None
    assert after.last_message.text == "/end"


def test_the_outcome_is_user_left_and_the_agents_load_decreases() -> None:
    decision = ask(WITH_ANA, END, BOT_KEY)

    assert decision.changed is not None
    assert decision.changed.id == HANDOFF_ID
    assert decision.changed.resumption is not None
    assert decision.changed.resumption.outcome is Outcome.USER_LEFT
    assert (decision.changed.returned_at, decision.changed.returned_seq) == (NOW, 8)
    assert decision.capacity_changes == (CapacityChange("ana", -1),)


def test_both_entries_of_a_leave_word_have_the_user_as_author() -> None:
    named = UserMessage(END.body, profile=Profile("Uma"), is_leave_word=True)

    decision = ask(WAITING, named, BOT_KEY)

    assert [entry.sender for entry in decision.entries] == [From.USER, From.USER]
    assert {entry.author for entry in decision.entries} == {Author("u1", "Uma")}
    assert decision.profile == Profile("Uma")


@pytest.mark.parametrize("head", [WAITING, WITH_ANA])
def test_the_entries_of_a_leave_word_rebuild_the_head(head: Head) -> None:
    decision = ask(head, END, BOT_KEY)

    assert reduce(fold, decision.entries, head) == decision.head


def test_a_leave_word_to_the_bot_is_an_ordinary_message() -> None:
    decision = ask(WITH_BOT, END, BOT_KEY)

    assert [entry.kind for entry in decision.entries] == [Kind.MESSAGE]
    assert decision.head.epoch == WITH_BOT.epoch


@pytest.mark.parametrize("text", ["/end", " /END\n", "back TO bot", "عودة", "straße"])
def test_a_leave_word_counts_in_any_case_with_space_around_it(text: str) -> None:
    assert SETTINGS.is_leave_word(Body(text=text))


@pytest.mark.parametrize("text", ["", " ", "/end please", "the /end", "/ end", "back to  bot"])
def test_a_leave_word_counts_only_as_the_whole_message(text: str) -> None:
    assert not SETTINGS.is_leave_word(Body(text=text))


def test_only_a_users_text_can_be_a_leave_word() -> None:
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
def test_invalid_bot_settings_are_reported_by_field(wrong: BotSettings, field: str) -> None:
    assert [place for place, _ in field_errors(wrong)] == [field]


def test_the_default_bot_settings_are_valid() -> None:
    assert list(field_errors(BotSettings())) == []


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("Zurück", "zuru\u0308ck"),
        ("Zuru\u0308ck", "ZURÜCK"),
        ("🤖", "🤖\ufe0f"),
        ("🤖\ufe0f", "🤖"),
        ("/end", "\ufeff/END\u200b "),
        ("Straße", "STRASSE"),
    ],
)
def test_a_leave_word_is_known_however_its_characters_are_written(word: str, text: str) -> None:
    assert BotSettings(leave_words=(word,)).is_leave_word(Body(text=text))


def test_a_leave_word_has_something_to_compare() -> None:
    assert list(field_errors(BotSettings(leave_words=("\u200b\ufe0f",))))
