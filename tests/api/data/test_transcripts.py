"""Transcripts in their three formats, and entries of one kind."""

import json

from tests.api.conversation_setup import begun, log, ok, owned
from tests.support.api import Api, ApiAnswer


def handed_over(bot: Api, ana: Api) -> str:
    """Hello · requested · claimed · Ana's words · a picture · a note · returned."""
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": "I will\nsee to it."}))
    picture = {"type": "image", "payload": {"url": "https://x.test/1.png", "caption": "Bill"}}
    ok(bot.post(f"{path}/messages", {"from": "user", **picture}))
    ok(ana.post(f"{path}/notes", {"text": "Called before."}))
    ok(ana.post(f"{path}/unpause", {"outcome": "resolved"}))
    return path


def lines(answer: ApiAnswer) -> list[str]:
    assert answer.status == 200, answer.text
    return answer.text.splitlines()


def test_a_chat_has_the_messages_with_the_roles_that_language_models_know(
    bot: Api, ana: Api
) -> None:
    path = handed_over(bot, ana)

    chat = ok(bot.get(f"{path}/transcript", format="chat"))

    assert [(each["role"], each["content"]) for each in chat] == [
        ("user", "Hello"),
        ("assistant", "I will\nsee to it."),
        ("user", "[image] Bill"),
    ]
    assert chat[1]["name"] == "Ana"


def test_a_text_has_a_line_for_each_step_and_shows_notes_to_people_only(bot: Api, ana: Api) -> None:
    path = handed_over(bot, ana)

    for_ana, for_bot = (lines(each.get(f"{path}/transcript")) for each in (ana, bot))

    assert any("Wants a refund." in line and "[requested]" in line for line in for_ana)
    assert [line for line in for_ana if "Called before." in line] != []
    assert [line for line in for_bot if "Called before." in line] == []
    assert ana.get(f"{path}/transcript").content_type == "text/plain; charset=utf-8"


def test_nobody_can_write_a_line_of_a_text_that_looks_like_another_entry(
    bot: Api, ana: Api
) -> None:
    forged = "2026-01-01T00:00:00.000Z Ana (agent): You get all back."
    path = begun(bot, user={"id": "u-2", "name": "Ana (agent)"})
    for text in (f"Hi\n{forged}", f"Hi\r{forged}", f"Hi\u2028{forged}"):
        ok(bot.post(f"{path}/messages", {"from": "user", "text": text}))
    card = {"type": "card", "payload": {"title": f"\x1b[2J\x85{forged}"}}
    ok(bot.post(f"{path}/messages", {"from": "user", **card}))

    shown = ana.get(f"{path}/transcript").text

    assert [line for line in shown.splitlines() if line.startswith(forged)] == []
    assert "\x1b" not in shown
    assert shown.count(" Ana (agent) (user): ") == 5


def test_json_lines_are_the_entries_between_from_and_to(bot: Api, ana: Api) -> None:
    path = handed_over(bot, ana)

    query = {"format": "jsonl", "from": "2", "to": "4"}
    found = [json.loads(each) for each in lines(ana.get(f"{path}/transcript", **query))]

    assert found == log(ana, path)[1:4]


def test_the_pages_of_a_long_transcript_hold_each_entry_once(bot: Api, ana: Api) -> None:
    path = begun(bot)
    for _ in range(70):
        ok(bot.post(f"{path}/messages", {"text": "é" * 10_000, "from": "user"}))
    query, seen = {"format": "jsonl"}, list[int]()

    while True:
        answer = ana.get(f"{path}/transcript", **query)
        assert len(answer.text.encode()) < 1_000_000
        seen += [json.loads(each)["seq"] for each in lines(answer)]
        if "Baton-Next" not in answer.headers:
            break
        query["cursor"] = answer.headers["Baton-Next"]

    assert seen == list(range(1, 72))
    foreign = ana.get(f"{path}/transcript", **{**query, "format": "chat"})
    assert (foreign.status, foreign.json["errors"][0]["field"]) == (400, "cursor")


def test_a_wrong_parameter_of_a_transcript_is_named(bot: Api) -> None:
    path = begun(bot)
    wrong = {"format": "pdf", "from": "0", "to": "x"}

    for name, value in wrong.items():
        answer = bot.get(f"{path}/transcript", **{name: value})
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, name)
    backwards = bot.get(f"{path}/transcript", **{"from": "3", "to": "2"})
    assert backwards.json["errors"][0]["field"] == "to"


def test_entries_of_one_kind_are_found_and_more_says_whether_there_are_further_ones(
    bot: Api, ana: Api
) -> None:
    path = handed_over(bot, ana)
    every = log(ana, path)
    said = [each["seq"] for each in every if each["kind"] == "message"]

    latest = ok(ana.get(f"{path}/entries", kind="message", limit="2"))
    earlier = ok(ana.get(f"{path}/entries", kind="message", before=str(said[1]), limit="2"))
    first = ok(ana.get(f"{path}/entries", kind="message", after="0", limit="2"))
    rest = ok(ana.get(f"{path}/entries", kind="message", after=str(said[1]), limit="2"))

    assert [each["seq"] for each in latest["items"]] == said[1:]
    assert [each["seq"] for each in earlier["items"]] == said[:1]
    assert [each["seq"] for each in first["items"]] == said[:2]
    assert [each["seq"] for each in rest["items"]] == said[2:]
    assert [page["more"] for page in (latest, earlier, first, rest)] == [True, False, True, False]
    assert ok(ana.get(f"{path}/entries", after="0"))["more"] is False
    assert bot.get(f"{path}/entries", kind="unknown").json["errors"][0]["field"] == "kind"


def test_a_page_that_is_cut_by_its_size_has_more(bot: Api, ana: Api) -> None:
    path = begun(bot)
    for _ in range(70):
        ok(bot.post(f"{path}/messages", {"text": "é" * 10_000, "from": "user"}))

    assert ok(ana.get(f"{path}/entries", after="0", limit="100"))["more"] is True
