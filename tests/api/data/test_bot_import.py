"""The export of one bot is imported as another one, and gives equal answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.errors import Conflict
from chalicelib.usecases import recovery
from chalicelib.usecases.privacy.bot_import import ImportTotals, import_bot
from chalicelib.usecases.privacy.export_file import DamagedExport, ExportFile
from chalicelib.usecases.reactions import run_reactions
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.usecases.webhooks.worker import deliver
from tests.api.conversation_setup import BOT, begun, id_of, message, ok, online, waiting
from tests.api.data.test_bot_export import exported, of_kind
from tests.support.api import Api
from tests.support.services import MemoryServices

MINUTE = 60_000
NEW = "imported"
OPERATOR = Caller("operator", "Operator", Role.OWNER, NEW)
Lines = list[dict[str, Any]]


@pytest.fixture
def history(services: MemoryServices, bot: Api, ana: Api, bo: Api, owner: Api) -> None:
    """Conversations of every sort: all of them are with the bot at the end."""
    ok(owner.put(f"{BOT}/settings", {"leave_words": ["/end"], "retention_days": 90}))
    ok(owner.put(f"{BOT}/replies/hello", {"text": "Hello, how can I help?"}))
    ok(owner.put(f"{BOT}/queues/support", {"priority": 3, "fallback": "sales"}))
    user = {"id": "u-1", "name": "Lena", "attributes": {"plan": "gold"}}
    path = begun(bot, user=user, message_id="m-1")
    for agent in (ana, bo):
        online(agent)
    ok(bot.post(f"{path}/pause", {"reason": "Lost.", "context": {"page": 1}, "summary": "S"}))
    ok(bot.post(f"{path}/suggestions", {"text": "Offer a refund."}))
    bot.post(f"{path}/messages", {"from": "bot", "text": "A leak."})
    ok(ana.post(f"{path}/claim", {}))
    ok(ana.post(f"{path}/messages", {"text": "Hello, I am Ana."}))
    ok(ana.post(f"{path}/notes", {"text": "Called before."}))
    ok(ana.post(f"{path}/snooze", {"until": "2026-01-01T01:00:00Z"}))
    ok(ana.put(f"{path}/tags", {"tags": ["vip"]}))
    ok(ana.post(f"{path}/transfer", {"agent": "bo@example.test"}))
    ok(bo.post(f"{path}/release", {}))
    ok(bo.post(f"{path}/claim", {}))
    handoff_id = ok(bot.get(path))["handoff"]["id"]
    ok(bo.post(f"{path}/unpause", {"outcome": "resolved", "note": "N", "variables": {"a": 1.5}}))
    ok(bot.post(f"{BOT}/handoffs/{handoff_id}/rating", {"score": 4, "comment": "Quick."}))
    ok(bot.post(f"{path}/messages", {"from": "bot", "text": "I am back."}))
    services.clock.advance(MINUTE)
    begun(bot, user={"id": "u-2"}, thread="t-1")
    begun(
        bot, user={"id": "u-2"}, thread="t-2", type="image", text=None, payload={"url": "https://x"}
    )
    services.clock.advance(MINUTE)
    erased = waiting(bot, user={"id": "u-3"})
    assert owner.send("DELETE", f"{BOT}/users/web/u-3").status == 202
    assert id_of(erased)
    services.clock.advance(MINUTE)


def written(path: Path, lines: Lines) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def imported(services: MemoryServices, file: Path, bot: str = NEW) -> ImportTotals:
    operator = Caller(OPERATOR.id, OPERATOR.name, OPERATOR.role, bot)
    return import_bot(services, operator, ExportFile(file, bot))


def exported_from(services: MemoryServices, owner: Api, bot: str) -> Lines:
    answer = owner.get(f"/bots/{bot}/export")
    assert answer.status == 200, answer.text
    assert "Baton-Next" not in answer.headers
    return [json.loads(each) for each in answer.text.splitlines()]


def with_new_ids(lines: Lines, old_bot: str, new_bot: str) -> Lines:
    """The lines of the old bot with the ids that follow from the new bot's id."""
    from chalicelib.domain.address import Address, digest

    text = "".join(json.dumps(line) + "\n" for line in lines)
    for line in of_kind(lines, "conversation"):
        address = Address(new_bot, line["channel"], line["user"], line["thread"])
        new = address.conversation_id if line["user"] else "c_" + digest(new_bot, line["id"])
        text = text.replace(line["id"][2:], new[2:])
    found = [json.loads(line) for line in text.splitlines()]
    for line in found:
        if line.get("bot") == old_bot:
            line["bot"] = new_bot
        for author in (line.get("author"), line.get("requested_by")):
            if author and author["id"] == old_bot:
                author["id"] = new_bot
    found[0]["id"] = new_bot
    return found


def in_order(lines: Lines) -> Lines:
    """Conversations of one minute are listed in the order of their ids, which differ."""
    return sorted(lines, key=lambda line: json.dumps(line, sort_keys=True))


def test_an_import_gives_the_same_answers_as_its_source(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path
) -> None:
    lines = exported(owner)

    totals = imported(services, written(tmp_path / "a.jsonl", lines))

    again = exported_from(services, owner, NEW)
    assert in_order(again) == in_order(with_new_ids(lines, "demo", NEW))
    assert [each["record"] for each in again[:1] + again[-1:]] == ["bot", "end"]
    assert {Kind(each["kind"]) for each in of_kind(again, "entry")} >= {
        *(Kind.MESSAGE, Kind.REQUESTED, Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED),
        *(Kind.RETURNED, Kind.NOTE, Kind.TAGGED, Kind.SUGGESTION, Kind.LEAK, Kind.SNOOZED),
        *(Kind.RATED, Kind.ERASED),
    }
    assert (totals.conversations, totals.closed) == (4, [])
    assert [each["text"] for each in ok(owner.get(f"/bots/{NEW}/replies"))["items"]]
    audit = [each["action"] for each in ok(owner.get(f"/bots/{NEW}/audit"))["items"]]
    assert sorted(audit) == ["bot_exported", "bot_imported"]


def test_an_imported_conversation_goes_on(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path
) -> None:
    imported(services, written(tmp_path / "a.jsonl", exported(owner)))
    key = ok(owner.post(f"/bots/{NEW}/keys", {"name": "first"}))["key"]
    new_bot, said = Api(services, key), message(message_id="m-1")

    repeated = ok(new_bot.post(f"/bots/{NEW}/messages", said))
    following = ok(new_bot.post(f"/bots/{NEW}/messages", message(text="And now?")))

    assert (repeated["repeated"], repeated["seq"]) == (True, 1)
    path = f"/bots/{NEW}/conversations/{following['conversation_id']}"
    assert following["seq"] == ok(new_bot.get(path))["last_seq"] > 10
    assert ok(new_bot.post(f"{path}/pause", {}))["status"] == "waiting"
    found = ok(new_bot.get(f"/bots/{NEW}/conversations", name="len"))["items"]
    assert [each["id"] for each in found] == [following["conversation_id"]]


def test_nobody_is_told_about_imported_entries_and_people_find_them_by_their_words(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path
) -> None:
    """Not when the stream brings them, not by the sweep, and not when the conversation goes on."""
    imported(services, written(tmp_path / "a.jsonl", exported(owner)))
    webhook = Webhook("https://bot.example/", ("whsec_" + "YQ" * 20,), active_since=0)
    assert services.administration.update_webhook(NEW, None, webhook)
    conversations = services.conversations.recent(NEW, None, 100).conversation_ids
    for each in conversations:
        for entry in services.conversations.entries_after(NEW, each, 0, 1000):
            assert run_reactions(services, CommittedEntry(NEW, each, entry)) == {}
        deliver(services, NEW, each, "receipt")
    services.clock.advance(5 * MINUTE)
    recovery.recover(services, services.clock.now() + MINUTE)

    assert services.webhook_client.requests == []
    assert not [each for each in services.topic.published if each.message["bot"] == NEW]
    totals = ok(owner.get(f"/bots/{NEW}/report"))["totals"]
    assert (totals["handoffs"], totals["leaks"]) == (0, 0)
    found = ok(owner.get(f"/bots/{NEW}/search", q="called"))["items"]
    assert [each["hit"]["kind"] for each in found] == ["note"]


def test_words_are_found_if_the_stream_brings_entries_before_the_bot_is_there(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path
) -> None:
    def react(_: ImportTotals) -> None:
        assert services.directory.bot(NEW) is None
        for each in services.conversations.recent(NEW, None, 100).conversation_ids:
            for entry in services.conversations.entries_after(NEW, each, 0, 1000):
                assert run_reactions(services, CommittedEntry(NEW, each, entry)) == {}

    file = written(tmp_path / "a.jsonl", exported(owner))
    import_bot(services, OPERATOR, ExportFile(file, NEW), progress=react)

    found = ok(owner.get(f"/bots/{NEW}/search", q="called"))["items"]
    assert [each["hit"]["kind"] for each in found] == ["note"]


def test_an_open_handoff_ends_with_the_import(
    services: MemoryServices, bot: Api, ana: Api, owner: Api, tmp_path: Path
) -> None:
    online(ana)
    waiting(bot, user={"id": "u-1"})
    owned = waiting(bot, user={"id": "u-2"})
    ok(ana.post(f"{owned}/claim", {}))

    totals = imported(services, written(tmp_path / "a.jsonl", exported(owner)))

    assert len(totals.closed) == 2
    for each in totals.closed:
        path = f"/bots/{NEW}/conversations/{each}"
        head = ok(owner.get(path))
        assert (head["status"], head["handoff"], head["owner"]) == ("bot", None, None)
        last = ok(owner.get(f"{path}/entries", limit="1"))["items"][-1]
        assert (last["kind"], last["payload"]["outcome"]) == ("returned", "cancelled")
        assert last["seq"] == head["last_seq"]
    [*handoffs] = ok(owner.get(f"/bots/{NEW}/handoffs"))["items"]
    assert {each["outcome"] for each in handoffs} == {"cancelled"}
    assert NEW not in {found for found, _ in services.conversations.due_conversations(2**53, 10)}
    assert not any(bot == NEW for bot, _ in services.memory.open_counts)


def test_a_second_import_changes_nothing(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.jsonl", exported(owner))
    imported(services, file)
    before = exported_from(services, owner, NEW)

    with pytest.raises(Conflict, match="exists already, and nothing was changed"):
        imported(services, file)

    assert exported_from(services, owner, NEW) == before


@pytest.mark.parametrize("calls", range(1, 5))
def test_an_import_goes_on_after_a_crash(
    services: MemoryServices, history: None, owner: Api, tmp_path: Path, calls: int
) -> None:
    lines = exported(owner)
    file, left = written(tmp_path / "a.jsonl", lines), calls

    def stop(_: ImportTotals) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_bot(services, OPERATOR, ExportFile(file, NEW), progress=stop)
    assert owner.get(f"/bots/{NEW}").status == 404

    imported(services, file)

    again = exported_from(services, owner, NEW)
    assert in_order(again) == in_order(with_new_ids(lines, "demo", NEW))


def test_an_import_does_not_mix_with_another_one(
    services: MemoryServices, history: None, bot: Api, owner: Api, tmp_path: Path
) -> None:
    lines = exported(owner)
    first = next(ExportFile(written(tmp_path / "a.jsonl", lines), NEW).conversations())
    services.conversations.put_imported(first)
    others = [line for line in lines if line["record"] in ("bot", "queue", "reply", "end")]

    with pytest.raises(Conflict, match="other conversations"):
        imported(services, written(tmp_path / "b.jsonl", others))


def _cut(lines: Lines) -> Lines:
    return lines[:-1]


def _without_an_entry(lines: Lines) -> Lines:
    places = [n for n, line in enumerate(lines) if line.get("kind") == "claimed"]
    return lines[: places[0]] + lines[places[0] + 1 :]


def _changed(kind: str, **fields: object) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        place = next(n for n, line in enumerate(lines) if line["record"] == kind)
        return [*lines[:place], {**lines[place], **fields}, *lines[place + 1 :]]

    return change


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_cut, "was cut off"),
        (_without_an_entry, r"Line \d+: entry \d+ comes after entry \d+: one is missing"),
        (lambda lines: lines[1:], "Line 1: the record is `queue`"),
        (lambda lines: [*lines, lines[0]], "after the record `end`"),
        (lambda lines: [*lines[:3], {"record": "poem"}, *lines[3:]], "Line 4: the record 'poem'"),
        (_changed("entry", seq="x"), r"Line \d+: Expected `int`, got `str` - at `\$.seq`"),
        (_changed("entry", at="soon"), r"Line \d+: Invalid RFC3339"),
        (_changed("conversation", user="somebody"), "does not belong to this channel, user"),
        (_changed("conversation", last_seq=99), r"Line \d+: it is the last entry, \d+, but"),
        (_changed("conversation", status="agent"), "no handoff is open|Line"),
        (_changed("handoff", from_seq=77), "does not belong to this conversation and entry"),
        (_changed("bot", settings={"retention_days": -1}), "Line 1: `retention_days`"),
    ],
)
def test_a_damaged_file_is_refused_before_anything_is_written(
    services: MemoryServices,
    history: None,
    owner: Api,
    tmp_path: Path,
    damage: Callable[[Lines], Lines],
    told: str,
) -> None:
    file = written(tmp_path / "a.jsonl", damage(exported(owner)))

    with pytest.raises(DamagedExport, match=told):
        imported(services, file)

    assert services.conversations.recent(NEW, None, 1).conversation_ids == []
    assert owner.get(f"/bots/{NEW}").status == 404


def test_text_that_is_no_json_is_refused_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"record": "bot", "id": "a", "name": "A", "settings": {}}\n{"record": "qu')

    with pytest.raises(DamagedExport, match="Line 2: Input data was truncated"):
        ExportFile(file, NEW)


def test_of_a_conversation_that_comes_twice_the_later_lines_count(
    services: MemoryServices, bot: Api, owner: Api, tmp_path: Path
) -> None:
    """As in an export during which the conversation went on."""
    path = begun(bot)
    old = exported(owner)
    ok(bot.post(f"{path}/messages", {"from": "user", "text": "news"}))
    new = exported(owner)
    settings = [line for line in old if line["record"] in ("bot", "queue", "reply")]
    lines = old[:-1] + new[len(settings) :]

    totals = imported(services, written(tmp_path / "a.jsonl", lines))

    assert (totals.conversations, totals.entries) == (1, 2)
