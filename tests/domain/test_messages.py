"""Messages as the log and the head show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    MessageCommand,
    Note,
    Pause,
    Profile,
    Suggest,
    Tag,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.conversation.head import PREVIEW_BYTES, Preview, new_head
from chalicelib.domain.conversation.table import decide
from tests.domain.cast import ADDRESS, ANA, BOT_KEY, HANDOFF_ID, NOW, WITH_ANA, WITH_BOT, ask

HELLO = Body(text="hello")


def test_an_answer_is_awaited_since_the_first_message_that_the_agent_has_not_answered() -> None:
    answered = ask(WITH_ANA, AgentMessage(HELLO), ANA, NOW).head
    first = ask(answered, UserMessage(HELLO), BOT_KEY, NOW + 1000).head
    second = ask(first, UserMessage(HELLO), BOT_KEY, NOW + 9000).head

    assert answered.unanswered_since is None
    assert second.unanswered_since == NOW + 1000
    assert ask(second, AgentMessage(HELLO), ANA, NOW + 9500).head.unanswered_since is None


@pytest.mark.parametrize(
    ("message", "caller", "sender", "author"),
    [
        (UserMessage(HELLO, "m1"), BOT_KEY, From.USER, Author("u1", "")),
        (BotMessage(HELLO, "m1"), BOT_KEY, From.BOT, Author("demo", "Demo")),
        (AgentMessage(HELLO, "m1"), ANA, From.AGENT, Author("ana", "Ana")),
    ],
    ids=["user", "bot", "agent"],
)
def test_a_message_is_stored_whole_with_its_author(
    message: MessageCommand, caller: Caller, sender: From, author: Author
) -> None:
    head = WITH_ANA if sender is From.AGENT else WITH_BOT

    decision = ask(head, message, caller)

    (entry,) = decision.entries
    assert (entry.sender, entry.author) == (sender, author)
    assert (entry.record.type, entry.record.text, entry.record.payload) == ("text", "hello", None)
    assert (entry.record.message_id, entry.at) == ("m1", NOW)
    assert decision.head.last_message == Preview(entry.seq, sender, "hello", NOW)


def test_a_message_without_text_keeps_its_payload_and_previews_its_type_and_title() -> None:
    card = Body(type="card", payload={"title": "hi"})

    decision = ask(WITH_BOT, UserMessage(card), BOT_KEY)

    (entry,) = decision.entries
    assert (entry.record.type, entry.record.text, entry.record.payload) == (
        "card",
        None,
        {"title": "hi"},
    )
    assert decision.head.last_message is not None
    assert decision.head.last_message.text == "[card] hi"


@pytest.mark.parametrize(
    ("command", "caller", "kind"),
    [(Note("secret"), ANA, Kind.NOTE), (Suggest("try this"), BOT_KEY, Kind.SUGGESTION)],
)
def test_notes_and_suggestions_are_never_the_last_message(
    command: Note | Suggest, caller: Caller, kind: Kind
) -> None:
    decision = ask(WITH_ANA, command, caller)

    assert (decision.entries[0].kind, decision.entries[0].record.text) == (
        kind,
        command.text,
    )
    assert decision.head.last_message == WITH_ANA.last_message


@pytest.mark.parametrize(
    ("handoff", "payload"), [(HANDOFF_ID, {"handoff_id": HANDOFF_ID}), (None, None)]
)
def test_a_note_may_name_the_handoff_that_it_is_about(
    handoff: str | None, payload: dict[str, str] | None
) -> None:
    decision = ask(WITH_ANA, Note("look", handoff=handoff), ANA)

    assert decision.entries[0].record.payload == payload


def test_tags_are_replaced_as_a_whole_and_equal_tags_change_nothing() -> None:
    tagged = ask(WITH_BOT, Tag(("a", "b")), BOT_KEY)
    retagged = ask(tagged.head, Tag(("c",)), ANA)
    again = ask(retagged.head, Tag(("c",)), ANA)

    assert tagged.head.tags == ("a", "b")
    assert retagged.head.tags == ("c",)
    assert retagged.entries[0].record.payload == {"tags": ["c"]}
    assert again == Decision(retagged.head)


def test_the_first_entry_of_a_conversation_has_number_one_and_epoch_one() -> None:
    decision = decide(new_head(ADDRESS, NOW), UserMessage(HELLO), BOT_KEY, NOW)

    assert (decision.entries[0].seq, decision.entries[0].epoch) == (1, 1)


# Profiles


def test_a_new_profile_is_stored_once_and_names_the_user() -> None:
    profile = Profile("Uma", {"plan": "pro"})

    first = ask(WITH_BOT, UserMessage(HELLO, profile=profile), BOT_KEY)
    second = ask(first.head, UserMessage(HELLO, profile=profile), BOT_KEY)

    assert (first.profile, second.profile) == (profile, None)
    assert first.head.user_name == "Uma"
    assert first.entries[0].author.name == "Uma"


@pytest.mark.parametrize(
    "changed",
    [Profile("Una", {"plan": "pro"}), Profile("Uma", {"plan": "free"}), Profile("Uma", None)],
    ids=["name", "attribute", "no attributes"],
)
def test_a_profile_that_differs_in_any_field_is_stored(changed: Profile) -> None:
    known = Profile("Uma", {"plan": "pro"})
    head = ask(WITH_BOT, UserMessage(HELLO, profile=known), BOT_KEY).head

    decision = ask(head, UserMessage(HELLO, profile=changed), BOT_KEY)

    assert decision.profile == changed


def test_a_profile_with_reordered_attributes_is_not_stored_again() -> None:
    head = ask(WITH_BOT, UserMessage(HELLO, profile=Profile("U", {"a": 1, "b": 2})), BOT_KEY).head

    decision = ask(head, UserMessage(HELLO, profile=Profile("U", {"b": 2, "a": 1})), BOT_KEY)

    assert decision.profile is None


def test_a_profile_without_a_name_keeps_the_known_name() -> None:
    head = ask(WITH_BOT, UserMessage(HELLO, profile=Profile("Uma")), BOT_KEY).head

    decision = ask(head, UserMessage(HELLO, profile=Profile(None, {"a": 1})), BOT_KEY)

    assert decision.head.user_name == "Uma"


def test_a_pause_may_bring_the_profile_of_a_new_user() -> None:
    profile = Profile("Uma")

    decision = decide(new_head(ADDRESS, NOW), Pause(Request(), profile=profile), BOT_KEY, NOW)

    assert (decision.profile, decision.head.user_name) == (profile, "Uma")


def test_an_event_may_bring_a_profile() -> None:
    visit = UserMessage(Body("visit", payload={"page": "/"}), profile=Profile("Uma"))

    decision = ask(WITH_BOT, visit, BOT_KEY)

    assert (decision.profile, decision.head.user_name) == (Profile("Uma"), "Uma")


def test_a_message_without_a_profile_keeps_the_stored_one() -> None:
    head = ask(WITH_BOT, UserMessage(HELLO, profile=Profile("Uma")), BOT_KEY).head

    decision = ask(head, UserMessage(HELLO), BOT_KEY)

    assert decision.profile is None
    assert (decision.head.user_name, decision.head.profile) == (head.user_name, head.profile)


# Sizes: the head is rewritten by every message


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_preview_fits_its_bytes_and_is_the_beginning_of_the_text(text: str) -> None:
    shown = shown_of(text)

    assert len(shown.encode()) <= PREVIEW_BYTES
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"], ids=["1", "2", "3", "4"])
def test_a_text_at_the_preview_limit_is_whole_and_a_longer_one_is_cut(
    letter: str,
) -> None:
    exact = letter * (PREVIEW_BYTES // len(letter.encode()))

    assert shown_of(exact) == exact
    assert shown_of(exact + letter).endswith(letter + "…")


def shown_of(text: str) -> str:
    preview = ask(WITH_BOT, UserMessage(Body(text=text)), BOT_KEY).head.last_message
    assert preview is not None
    return preview.text


def test_the_head_keeps_the_beginning_of_the_reason_and_the_handoff_keeps_all() -> None:
    reason = "€" * 200

    decision = ask(WITH_BOT, Pause(Request(reason=reason)), BOT_KEY)

    assert decision.head.handoff is not None
    assert decision.head.handoff.reason is not None
    assert len(decision.head.handoff.reason.encode()) <= 80
    assert decision.opened is not None
    assert decision.opened.request.reason == reason
