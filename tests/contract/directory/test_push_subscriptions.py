"""Web push subscriptions, and the key pair of the installation."""

from functools import partial

from msgspec.structs import replace

from chalicelib.usecases.records.mail import MailLanguage, PushKey, PushSubscription
from tests.contract.store_setup import at_once
from tests.support.clock import START
from tests.support.engines import Stores

HOUR = 60 * 60 * 1000
PHONE = PushSubscription(
    "p_1",
    "s-1",
    3,
    "https://push.test/send/1?a=b",
    "public",
    "auth",
    START,
    START + HOUR,
    MailLanguage.ARABIC,
    waiting=True,
)
LAPTOP = replace(PHONE, session="s-2", endpoint="https://push.test/send/2", waiting=False)


def test_the_subscriptions_of_a_person_are_found_until_they_expire(stores: Stores) -> None:
    for each in (PHONE, LAPTOP, replace(PHONE, person="p_12")):
        stores.push_subscriptions.put(each)

    found = stores.push_subscriptions.of_person("p_1")

    assert sorted(found, key=lambda each: each.session) == [PHONE, LAPTOP]
    assert stores.push_subscriptions.get("p_1", "s-2") == LAPTOP
    stores.clock.advance(HOUR)
    assert stores.push_subscriptions.of_person("p_1") == []
    assert stores.push_subscriptions.told_of_waiting() == set()


def test_a_subscription_replaces_that_of_the_same_session(stores: Stores) -> None:
    stores.push_subscriptions.put(PHONE)
    changed = replace(PHONE, endpoint="https://push.test/send/3", waiting=False)

    stores.push_subscriptions.put(changed)

    assert stores.push_subscriptions.of_person("p_1") == [changed]
    assert stores.push_subscriptions.told_of_waiting() == set()


def test_the_session_that_has_set_an_endpoint_last_is_known(stores: Stores) -> None:
    assert stores.push_subscriptions.holder(PHONE.endpoint) is None

    for each in (PHONE, replace(LAPTOP, endpoint=PHONE.endpoint)):
        stores.push_subscriptions.put(each)

    assert stores.push_subscriptions.holder(PHONE.endpoint) == ("p_1", "s-2")


def test_only_people_who_chose_it_are_told_of_waiting(stores: Stores) -> None:
    for each in (PHONE, LAPTOP, replace(LAPTOP, person="p_2"), replace(PHONE, person="p_3")):
        stores.push_subscriptions.put(each)

    stores.push_subscriptions.remove("p_3", "s-1")

    assert stores.push_subscriptions.told_of_waiting() == {"p_1"}


def test_a_subscription_ends_with_its_session(stores: Stores) -> None:
    for each in (PHONE, LAPTOP):
        stores.push_subscriptions.put(each)

    stores.sessions.end("p_1", ["s-1"], START + HOUR, START)

    assert stores.push_subscriptions.of_person("p_1") == [LAPTOP]
    assert stores.push_subscriptions.told_of_waiting() == set()


def test_only_one_of_several_key_pairs_made_at_once_stays(stores: Stores) -> None:
    pairs = [PushKey(f"private {n}", f"public {n}") for n in range(6)]

    done = at_once([partial(stores.push_subscriptions.replace_key, None, each) for each in pairs])

    assert done.count(True) == 1
    assert stores.push_subscriptions.key() == pairs[done.index(True)]
