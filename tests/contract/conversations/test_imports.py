"""A conversation that happened elsewhere is stored whole, and found in every way."""

from msgspec.structs import replace

from chalicelib.domain.address import handoff_id
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Body, Entry, Message, Noted, Requested, Returned
from chalicelib.domain.conversation.handoff import Handoff, Request, Resumption
from chalicelib.domain.conversation.head import Preview, WithBot
from chalicelib.usecases.ports.conversations import ImportedConversation, Query
from chalicelib.usecases.records.answers import MessageKey, StoredMessage
from tests.contract.store_setup import ADDRESS, BOT, CID, DEMO, act, said
from tests.support.clock import START
from tests.support.engines import Stores

HID = handoff_id(CID, 2)
ANA = Author("ana", "Ana")
ENTRIES = [
    Entry(1, From.USER, Author("u1", "Lena"), 1, START, Message(Body(text="Hi"), "m-1")),
    Entry(2, From.BOT, Author(BOT, "Demo"), 2, START, Requested(HID, "sales", 0, "Lost.", None)),
    *(Entry(n, From.AGENT, ANA, 2, START, Noted(f"Note {n}.", HID)) for n in range(3, 40)),
    Entry(40, From.AGENT, ANA, 3, START, Returned(HID, 2, "resolved", None, None, {"a": 0.1})),
]
IMPORTED = ImportedConversation(
    WithBot(
        address=ADDRESS,
        created_at=START,
        updated_at=START,
        epoch=3,
        last_seq=40,
        last_message=Preview(1, From.USER, "Hi", START),
        tags=("vip",),
        user_name="Lena",
        heard_seq=1,
        notes=37,
        last_agent="ana",
        last_queue="sales",
    ),
    [replace(each, is_imported=True) for each in ENTRIES],
    [
        Handoff(
            HID, CID, BOT, Request("Lost.", "sales", context={"page": 1}), Author(BOT, "Demo"),
            START, 2, ANA, START, START, 40, Resumption(variables={"a": 0.1}),
        )
    ],
    Profile("Lena", {"plan": "gold"}),
)  # fmt: skip


def test_an_imported_conversation_is_found_in_every_way(stores: Stores) -> None:
    for _ in range(2):
        stores.conversations.put_imported(IMPORTED)

    found = stores.conversations
    assert found.head(BOT, CID) == IMPORTED.head
    assert found.entries_after(BOT, CID, 0, 100) == IMPORTED.entries
    assert [note.seq for note in found.notes(BOT, CID)] == [*range(3, 40)]
    assert found.handoff(BOT, HID) == IMPORTED.handoffs[0]
    assert found.handoffs(BOT, None, 10)[0] == IMPORTED.handoffs
    assert found.ids_of_user(BOT, "web", "u1") == [CID]
    assert found.ids_of_user_on_any_channel(BOT, "u1") == [CID]
    assert found.ids_of_thread(BOT, "t1") == [CID]
    assert found.by_user_name(BOT, "len", None, 10).conversation_ids == [CID]
    assert found.recent(BOT, None, 10).conversation_ids == [CID]
    assert found.profiles([ADDRESS]) == {ADDRESS: IMPORTED.profile}
    known = found.load(Query(BOT, CID, message=MessageKey(From.USER, "m-1", "any")))
    assert known.by_message == StoredMessage(1)


def test_an_imported_conversation_takes_the_next_message(stores: Stores) -> None:
    stores.conversations.put_imported(IMPORTED)

    assert act(stores, DEMO, ADDRESS, said("And now?")).last_seq == 41
