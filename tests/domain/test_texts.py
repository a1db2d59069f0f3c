"""The texts that users see: which one is chosen, and how placeholders are replaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.domain.texts import (
    MAX_LENGTH,
    Text,
    Texts,
    field_errors,
    fill,
    locales,
    placeholders_in,
    template,
)

VALUES = {"agent": "Ana", "position": "2", "wait": "5", "queue": "sales"}
CLAIMED = Text.CLAIMED


def told(*own: Texts, locale: str | None = "es-MX", default: str = "fr") -> str | None:
    return template(CLAIMED, locales(locale, default), own)


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_every_text_has_a_default_in_three_languages(locale: str) -> None:
    assert list(DEFAULT_TEXTS[locale]) == list(Text)
    assert all(DEFAULT_TEXTS[locale].values())


def test_every_outcome_has_a_text() -> None:
    assert {outcome.value for outcome in Outcome} <= {text.value for text in Text}


@pytest.mark.parametrize("locale", ["en", "es", "ar"])
def test_default_texts_use_only_placeholders_that_always_have_a_value(locale: str) -> None:
    for name, text in DEFAULT_TEXTS[locale].items():
        known = {"agent"} if name in (Text.CLAIMED, Text.TRANSFERRED) else set()
        assert placeholders_in(text or "") <= known


# Placeholders


def test_the_four_placeholders_are_replaced_everywhere() -> None:
    text = "{agent}{position}: {wait} min, {queue}, {agent}"

    assert fill(text, VALUES) == "Ana2: 5 min, sales, Ana"


@pytest.mark.parametrize(
    "text",
    [
        "{0.__class__}",
        "{agent.__class__}",
        "{agent!r}",
        "{agent:>9}",
        "{agent[0]}",
        "{{agent}}",
        "{ agent }",
        "{AGENT}",
        "{}",
        "{0}",
        "{secret}",
        "%(agent)s",
        "$agent",
        "${agent.x}",
        "{% agent %}",
        "\\1 \\g<0>",
    ],
)
def test_other_braces_are_not_replaced(text: str) -> None:
    assert fill(text, VALUES) == text


def test_a_placeholder_inside_a_value_is_not_replaced() -> None:
    hostile = {"agent": "{queue} {agent} \\g<0>", "queue": "sales"}

    assert fill("{agent}", hostile) == "{queue} {agent} \\g<0>"


def test_an_unknown_value_becomes_a_question_mark() -> None:
    assert fill("About {wait} min", {}) == "About ? min"


@given(st.text(), st.text())
def test_a_text_without_placeholders_does_not_change(text: str, name: str) -> None:
    expected = text.replace("{", "(")

    assert fill(expected, {"agent": name}) == expected


# Languages


@pytest.mark.parametrize(
    ("wanted", "default", "chain"),
    [
        ("es-MX", "fr", ["es-mx", "es", "fr", "en"]),
        ("ES_mx", "fr", ["es-mx", "es", "fr", "en"]),
        ("zh-Hant-TW", "en", ["zh-hant-tw", "zh-hant", "zh", "en"]),
        (None, "pt-BR", ["pt-br", "pt", "en"]),
        ("", "es", ["es", "en"]),
        ("en", "en", ["en"]),
    ],
)
def test_a_locale_falls_back_to_broader_ones_the_bots_default_and_english(
    wanted: str | None, default: str, chain: list[str]
) -> None:
    assert locales(wanted, default) == chain


def test_the_closest_locale_wins_in_all_settings_levels() -> None:
    assert told() == DEFAULT_TEXTS["es"][CLAIMED]
    assert told({"fr": {CLAIMED: "Bonjour"}}) == DEFAULT_TEXTS["es"][CLAIMED]
    assert told({"es-mx": {CLAIMED: "Qué onda"}}) == "Qué onda"
    assert told({"fr": {CLAIMED: "Bonjour"}}, locale="de") == "Bonjour"


def test_in_one_locale_the_queue_precedes_the_bot_and_the_bot_precedes_the_defaults() -> None:
    of_queue: Texts = {"es": {CLAIMED: "queue"}}
    of_bot: Texts = {"es": {CLAIMED: "bot"}}

    assert told(of_queue, of_bot) == "queue"
    assert told({}, of_bot) == "bot"


def test_an_unknown_language_falls_back_to_english() -> None:
    assert told(locale="xx", default="xx") == DEFAULT_TEXTS["en"][CLAIMED]


# Disabled texts


def test_a_disabled_text_is_disabled_for_all_locales_that_fall_back_to_it() -> None:
    off: Texts = {"fr": {CLAIMED: None}}

    assert told(off) is None
    assert told({}, off) is None
    assert told(off, default="en") == DEFAULT_TEXTS["es"][CLAIMED]


def test_a_disabled_text_in_a_broader_locale_does_not_disable_a_closer_one() -> None:
    assert told({"es": {CLAIMED: "Hola"}, "fr": {CLAIMED: None}}) == "Hola"


def test_a_queue_can_enable_and_disable_a_text_of_the_bot() -> None:
    says: Texts = {"es": {CLAIMED: "Hola"}}
    off: Texts = {"es": {CLAIMED: None}}

    assert told(says, off) == "Hola"
    assert told(off, says) is None


def test_disabling_one_text_does_not_disable_others() -> None:
    chain = locales("en", "en")

    assert template(Text.RESOLVED, chain, [{"en": {CLAIMED: None}}])


# Validation


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"": {}}, "texts"),
        ({"spanish please": {}}, "texts"),
        ({"en": {"goodbye": "x"}}, "texts.en.goodbye"),
        ({"en": {CLAIMED: ""}}, "texts.en.claimed"),
        ({"en": {CLAIMED: "x" * (MAX_LENGTH + 1)}}, "texts.en.claimed"),
    ],
)
def test_invalid_texts_are_reported_by_field(texts: Texts, field: str) -> None:
    assert [place for place, _ in field_errors(texts)] == [field]


def test_texts_in_any_locale_are_valid() -> None:
    texts: Texts = {
        "zh-Hant-TW": {CLAIMED: "{agent} 🎉 {0.__class__}"},
        "es_MX": {Text.CLOSED: None},
    }

    assert list(field_errors(texts)) == []
