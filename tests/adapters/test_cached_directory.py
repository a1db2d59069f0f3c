"""The cache before the directory: a write of the same process shows at once.

The calls are generated from the two ports: a method without a row in `CALLS` fails a test.
"""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.adapters.cached_directory import LIFETIME, CacheClearingAdministration
from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.ports.admin import Administration
from chalicelib.usecases.ports.directory import Directory
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import Webhook
from tests.support.services import MemoryServices, add_cache

ANA, NEW = person_id("ana@example.test"), person_id("new@example.test")
QUEUE = Queue("sales", priority=3)
MEMBER = Member(ANA, "Ana", "ana@example.test", Role.SUPERVISOR)
KEY = BotKey("demo", "demo", "another-hash")
STORED = IdempotencyKey("caller", "key", "fingerprint")

CACHED_READS: dict[str, tuple[str, ...]] = {
    "bot_and_key": ("demo", "demo"),
    "bot_and_member": ("demo", ANA),
    "bot": ("demo",),
    "person": (ANA,),
    "queues": ("demo",),
    "queue": ("demo", "sales"),
}
READS: dict[str, tuple[object, ...]] = {
    "invalidate_cache": (),
    "people": ([ANA],),
    "members": ("demo",),
    "roster": ("demo",),
    "bots_of_person": (ANA,),
    "person_state": (ANA,),
    "bot_ids": (),
    "presence": (ANA,),
    "set_presence": (ANA, Presence(PresenceStatus.AWAY, 1)),
    "record_sign_of_life": (ANA, 1),
    "record_disconnect": (ANA, 1, 1),
    "keys": ("demo",),
    "key": ("demo", "demo"),
    "webhook": ("demo",),
    "webhooks": ("demo",),
    "canned_replies": ("demo",),
    "saved_views": ("demo", None),
    "open_conversations": ("demo", ANA),
    "stored_response": ("demo", STORED),
    "store_response": ("demo", STORED, "{}"),
}
"""Some of them write rows that no cached read returns."""
Arguments = Callable[[MemoryServices], tuple[object, ...]]


def fixed(*arguments: object) -> Arguments:
    return lambda services: arguments


def ana_with(*more: object) -> Arguments:
    return lambda services: (services.memory.people[ANA], *more)


WRITES: dict[str, Arguments] = {
    "put_bot": fixed(Bot("demo", "Renamed")),
    "put_settings": fixed("demo", BotSettings(("/bye",))),
    "put_queue": fixed("demo", QUEUE),
    "delete_queue": fixed("demo", "sales"),
    "put_key": fixed(KEY),
    "put_person": lambda services: (replace(services.memory.people[ANA], disabled=True),),
    "put_member": fixed("demo", MEMBER),
    "end_sessions": fixed(ANA),
    "rotate_key": fixed(KEY, 1, replace(KEY, id="new")),
    "delete_key": fixed("demo", "demo"),
    "update_webhook": fixed("demo", None, Webhook("https://example.test/hook", ("whsec_a",))),
    "put_canned_reply": fixed("demo", CannedReply("hello", "Hello")),
    "delete_canned_reply": fixed("demo", "hello"),
    "delete_own_replies": fixed("demo", None),
    "put_saved_view": fixed(None, "ana", SavedView("mine", "refund")),
    "delete_saved_view": fixed(None, "ana", "mine"),
    "create_bot": fixed(Bot("new", "New")),
    "rename_bot": fixed("demo", "Renamed"),
    "set_closing": fixed("demo", True),
    "delete_bot": fixed("demo"),
    "create_person": fixed(Person(NEW, "new@example.test", "New", "")),
    "set_password": ana_with("another-hash"),
    "update_member": fixed("demo", MEMBER),
    "remove_member": fixed("demo", ANA),
}
CHANGE_NO_CACHED_ROW = {
    *("put_canned_reply", "delete_canned_reply", "delete_own_replies"),
    *("create_bot", "create_person", "put_saved_view", "delete_saved_view"),
}


@pytest.fixture
def services() -> MemoryServices:
    services = MemoryServices()
    services.directory.put_queue("demo", Queue("sales"))
    return services


def methods(port: type) -> set[str]:
    return {name for name in vars(port) if not name.startswith("_")}


def read_all(directory: Any) -> dict[str, object]:
    return {name: getattr(directory, name)(*values) for name, values in CACHED_READS.items()}


def test_every_method_of_both_ports_has_a_row() -> None:
    """If this fails, add the method to WRITES; or to READS, if no cached read returns its rows."""
    rows = {*CACHED_READS, *READS, *WRITES}

    assert rows == methods(Directory) | methods(Administration)


def test_only_calls_that_change_no_cached_row_leave_the_cache_as_it_is() -> None:
    assert {*READS} & methods(Administration) == CacheClearingAdministration.READS


@pytest.mark.parametrize("name", WRITES)
def test_a_write_shows_at_once_in_the_process_that_made_it(
    services: MemoryServices, name: str
) -> None:
    table = services.directory
    add_cache(services)
    before = read_all(services.directory)
    port = services.directory if name in methods(Directory) else services.administration

    getattr(port, name)(*WRITES[name](services))

    after = read_all(services.directory)
    assert after == read_all(table)
    assert (after == before) == (name in CHANGE_NO_CACHED_ROW)


@pytest.mark.parametrize("name", READS)
def test_a_read_changes_nothing_that_is_cached(services: MemoryServices, name: str) -> None:
    add_cache(services)
    before = read_all(services.directory)
    port = services.directory if name in methods(Directory) else services.administration

    getattr(port, name)(*READS[name])

    assert read_all(services.directory) == before


def test_a_write_elsewhere_shows_after_five_seconds_and_in_fresh_reads_at_once(
    services: MemoryServices,
) -> None:
    table = services.directory
    add_cache(services)
    read_all(services.directory)
    changed = replace(services.memory.people[ANA], name="Anna")

    table.put_person(changed)

    assert services.directory.person(ANA) != changed
    assert services.directory.person(ANA, fresh=True) == changed
    assert services.directory.person(ANA) == changed
    assert services.directory.bot_and_member("demo", ANA)[1] != changed
    services.clock.advance(LIFETIME)
    assert services.directory.bot_and_member("demo", ANA)[1] == changed


def test_what_did_not_exist_is_found_as_soon_as_another_process_has_made_it(
    services: MemoryServices,
) -> None:
    table = services.directory
    add_cache(services)
    cached, new = services.directory, Person(NEW, "new@example.test", "New", "")
    assert cached.bot("new") is None
    assert cached.person(NEW) is None
    assert cached.bot_and_key("new", "new") == (None, None)
    assert cached.bot_and_member("demo", NEW)[1:] == (None, None)

    table.put_bot(Bot("new", "New"))
    table.put_person(new)
    table.put_key(replace(KEY, id="new", bot="new"))

    assert cached.bot("new") == Bot("new", "New")
    assert cached.person(NEW) == new
    assert cached.bot_and_key("new", "new")[1] == replace(KEY, id="new", bot="new")
    assert cached.bot_and_member("demo", NEW)[1:] == (new, None)
    table.put_member("demo", replace(MEMBER, person=NEW))
    assert cached.bot_and_member("demo", NEW)[2] == replace(MEMBER, person=NEW)


def test_a_clock_that_is_set_back_keeps_nothing_in_the_cache(services: MemoryServices) -> None:
    table, renamed = services.directory, Bot("demo", "Renamed")
    add_cache(services)
    services.directory.bot("demo")
    table.put_bot(renamed)

    services.clock.advance(-30 * 60 * 1000)

    assert services.directory.bot("demo") == renamed
