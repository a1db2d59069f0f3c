"""The accounts of all people, for the owner."""

from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.mail import PushSubscription
from chalicelib.usecases.records.people import Person, ProviderIdentity, Session
from chalicelib.usecases.records.second_factor import SecondFactor
from tests.contract.store_setup import at_once
from tests.support.clock import START
from tests.support.engines import Stores

EVENT = AuditEvent("a_1", None, START, "person_disabled", "p_owner", "p_ana")
OWNER = Person("p_owner", "owner@example.test", "Olga", "hash", is_owner=True)
OTTO = replace(OWNER, id="p_otto", email="otto@example.test")
IDENTITY = ProviderIdentity("https://login.test", "sub#1 of ana")
ANA = Person("p_ana", "ana@example.test", "Ana", "hash", 3)


@pytest.fixture
def accounts(stores: Stores) -> Stores:
    for person in (OWNER, OTTO, ANA):
        stores.directory.put_person(person)
    return stores


def events(stores: Stores) -> list[str]:
    return [event.id for event in stores.audit_trail.latest(None, None, 10)[0]]


def test_everybody_is_listed_once(accounts: Stores) -> None:
    accounts.administration.create_person(replace(ANA, id="p_new"))
    accounts.directory.put_person(replace(ANA, name="Anna"))

    assert sorted(accounts.people.ids()) == ["p_ana", "p_new", "p_otto", "p_owner"]


def test_the_last_login_is_kept(accounts: Stores) -> None:
    accounts.people.record_login("p_ana", START + 5, "203.0.113.7")
    accounts.people.record_login("p_nobody", START, "203.0.113.7")

    assert accounts.directory.person("p_ana") == replace(ANA, last_login_at=START + 5)
    assert accounts.directory.person("p_nobody") is None


@pytest.mark.parametrize("disabled", [True, False])
def test_a_person_is_disabled_or_enabled_together_with_the_event(
    accounts: Stores, disabled: bool
) -> None:
    assert accounts.people.set_disabled(ANA, disabled, OWNER.id, EVENT)

    changed = replace(ANA, disabled=disabled, token_version=4)
    assert accounts.directory.person("p_ana") == changed
    assert events(accounts) == ["a_1"]


def test_a_person_who_has_changed_meanwhile_is_not_disabled(accounts: Stores) -> None:
    assert not accounts.people.set_disabled(replace(ANA, token_version=2), True, OWNER.id, EVENT)

    assert accounts.directory.person("p_ana") == ANA
    assert events(accounts) == []


@pytest.mark.parametrize("by", ["p_bo", "p_nobody", "p_disabled"])
def test_only_an_owner_who_is_not_disabled_changes_anything(accounts: Stores, by: str) -> None:
    accounts.directory.put_person(replace(OWNER, id="p_disabled", disabled=True))
    accounts.directory.put_person(replace(ANA, id="p_bo"))

    assert not accounts.people.set_disabled(ANA, True, by, EVENT)
    assert not accounts.people.delete("p_ana", by, EVENT)

    assert accounts.directory.person("p_ana") == ANA
    assert events(accounts) == []


def test_of_two_owners_who_disable_each_other_at_once_one_stays(accounts: Stores) -> None:
    disable = accounts.people.set_disabled
    done = at_once(
        [
            partial(disable, OTTO, True, OWNER.id, replace(EVENT, id="a_2")),
            partial(disable, OWNER, True, OTTO.id, replace(EVENT, id="a_3")),
        ]
    )

    left = [accounts.directory.person(each) for each in (OWNER.id, OTTO.id)]
    assert done.count(True) <= 1
    assert any(person and not person.disabled for person in left)


def test_an_address_is_known_for_ninety_days_after_a_login(accounts: Stores) -> None:
    knows = accounts.people.has_logged_in_from
    accounts.people.record_login("p_ana", START, "203.0.113.7")
    accounts.people.record_login("p_nobody", START, "203.0.113.7")

    assert knows("p_ana", "203.0.113.7")
    assert not knows("p_ana", "203.0.113.8")
    assert not knows("p_otto", "203.0.113.7")
    assert not knows("p_nobody", "203.0.113.7")
    accounts.clock.advance(90 * 24 * 60 * 60 * 1000)
    assert not knows("p_ana", "203.0.113.7")


def test_a_deleted_person_leaves_no_row(accounts: Stores) -> None:
    session = Session("s-1", "p_ana", 3, START, START, START + 1000, "r-1")
    accounts.sessions.add(session)
    accounts.sessions.add(replace(session, person="p_otto"))
    accounts.people.record_login("p_ana", START, "203.0.113.7")
    accounts.directory.set_presence("p_ana", Presence(PresenceStatus.AWAY, START))
    accounts.second_factors.replace(None, SecondFactor("p_ana", "secret", START))
    keys = ("https://push.test/1", "public", "auth", START, START + 1000)
    accounts.push_subscriptions.put(PushSubscription("p_ana", "s-1", 3, *keys))

    ana = accounts.directory.person("p_ana")
    assert ana
    assert accounts.people.link_identity(ana, IDENTITY, replace(EVENT, id="a_0"))

    assert accounts.people.delete("p_ana", OWNER.id, EVENT)
    assert accounts.people.person_of_identity(IDENTITY) is None
    assert not accounts.people.delete("p_ana", OWNER.id, replace(EVENT, id="a_2"))

    assert accounts.directory.person("p_ana") is None
    assert accounts.sessions.of_person("p_ana") == []
    assert len(accounts.sessions.of_person("p_otto")) == 1
    assert accounts.directory.presence("p_ana") == Presence()
    assert not accounts.people.has_logged_in_from("p_ana", "203.0.113.7")
    assert accounts.second_factors.get("p_ana") is None
    assert accounts.push_subscriptions.of_person("p_ana") == []
    assert sorted(accounts.people.ids()) == ["p_otto", "p_owner"]
    assert events(accounts) == ["a_1", "a_0"]


def test_an_identity_belongs_to_one_person_and_a_new_one_replaces_it(accounts: Stores) -> None:
    people = accounts.people
    ana, otto = accounts.directory.person("p_ana"), accounts.directory.person("p_otto")
    assert ana
    assert otto
    moved = replace(IDENTITY, issuer="https://new.test")

    assert people.link_identity(ana, IDENTITY, EVENT)
    assert not people.link_identity(otto, IDENTITY, replace(EVENT, id="a_2"))
    assert not people.link_identity(ana, moved, replace(EVENT, id="a_3")), "it has one since"
    assert people.person_of_identity(IDENTITY) == "p_ana"
    linked = accounts.directory.person("p_ana")
    assert linked == replace(ana, identity=IDENTITY)
    assert people.link_identity(linked, moved, replace(EVENT, id="a_4"))

    assert people.person_of_identity(IDENTITY) is None
    assert people.person_of_identity(moved) == "p_ana"
    assert events(accounts) == ["a_4", "a_1"]


@pytest.mark.parametrize("bot", ["demo", None])
def test_who_has_registered_a_person_is_kept_and_ends_earlier_invitations(
    accounts: Stores, bot: str | None
) -> None:
    assert accounts.people.set_registered_by(ANA, bot)
    assert not accounts.people.set_registered_by(ANA, "other")

    changed = replace(ANA, registered_by=bot, token_version=4)
    assert accounts.directory.person("p_ana") == changed


def test_a_new_name_is_that_of_the_person_and_of_their_memberships(accounts: Stores) -> None:
    accounts.directory.put_member("demo", Member("p_ana", "Ana", ANA.email, Role.ADMIN))

    assert accounts.people.rename("p_ana", "Anna", ["demo", "other"])
    assert not accounts.people.rename("p_nobody", "Anna", ["demo"])

    assert accounts.directory.person("p_ana") == replace(ANA, name="Anna")
    assert accounts.directory.roster("demo") == [Member("p_ana", "Anna", ANA.email, Role.ADMIN)]
    assert accounts.directory.roster("other") == []
    assert accounts.directory.person("p_nobody") is None


def test_a_proved_address_ends_no_session(accounts: Stores) -> None:
    accounts.directory.put_person(replace(ANA, registered_by="demo"))

    accounts.people.prove_address("p_ana")
    accounts.people.prove_address("p_nobody")

    assert accounts.directory.person("p_ana") == ANA
    assert accounts.directory.person("p_nobody") is None
