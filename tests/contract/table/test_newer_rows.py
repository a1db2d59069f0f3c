"""Rows of a kind that only a newer release knows: each reader passes over them."""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import row_of
from chalicelib.adapters.dynamodb.stream import read_record
from chalicelib.usecases.records.people import Person
from tests.contract.store_setup import ADDRESS, BOT, CID, said_times
from tests.support.engines import Stores

NEWER = {"t": {"S": "a kind of a newer release"}, "x1": {"M": {}}}
LAST = 3


def put(stores: Stores, key: keys.RowKey) -> None:
    assert stores.table
    item = NEWER | {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    stores.table.client.put_item(TableName=stores.table.connection.table_name, Item=item)


def test_a_log_is_read_past_a_row_of_an_unknown_kind(on_moto: Stores) -> None:
    said_times(on_moto, LAST, ADDRESS)
    put(on_moto, keys.entry(BOT, CID, LAST + 1))

    entries = on_moto.conversations.entries_after(BOT, CID, 0, 100)

    assert [entry.seq for entry in entries] == [*range(1, LAST + 1)]


def test_a_row_of_an_unknown_kind_counts_as_absent_in_single_and_batch_reads(
    on_moto: Stores,
) -> None:
    ana = Person("ana", "ana@example.test", "Ana", "hash")
    on_moto.directory.put_person(ana)
    put(on_moto, keys.RowKey(keys.person("bo"), keys.META))

    assert on_moto.directory.person("bo") is None
    assert on_moto.directory.people(["ana", "bo"]) == [ana]


def test_the_stream_reports_nothing_for_a_row_of_an_unknown_kind() -> None:
    image = NEWER | {"pk": {"S": "p"}, "sk": {"S": "s"}}

    assert read_record({"eventName": "INSERT", "dynamodb": {"NewImage": image}}) is None


def test_an_attribute_that_only_a_newer_release_knows_is_ignored() -> None:
    row = row_of(
        {
            "pk": {"S": "p"},
            "sk": {"S": "s"},
            "t": {"S": "i"},
            "i": {"S": "x"},
            "new": {"BOOL": True},
        }
    )

    assert row
    assert row.attribute_values.keys() == {"pk", "sk", "kind", "id"}
