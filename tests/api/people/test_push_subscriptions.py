"""People's own web push subscriptions."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import person_id
from tests.api.conversation_setup import ok
from tests.support.api import Api
from tests.support.network.push_service import Browser, bytes_of
from tests.support.services import MemoryServices

PATH = "/auth/push-subscription"
WHO = person_id("ana@example.test")
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def request(phone: Browser, **more: Any) -> dict[str, Any]:
    keys = {"p256dh": phone.public, "auth": phone.auth}
    return {"endpoint": phone.endpoint, "keys": keys, **more}


@pytest.fixture
def phone() -> Browser:
    return Browser("https://push.test/send/1")


@pytest.fixture
def ana(ana: Api) -> Api:
    """With a session that is stored, as after a login."""
    return ana.login("ana")


def audited(owner: Api) -> list[tuple[str, str]]:
    items = ok(owner.get("/audit"))["items"]
    return [
        (each["object"], each["facts"]["change"])
        for each in items
        if each["action"] == "push_changed"
    ]


def test_a_subscription_is_saved_shown_and_removed(
    ana: Api, owner: Api, phone: Browser, services: MemoryServices
) -> None:
    assert ok(ana.get(PATH))["subscription"] is None

    saved = ok(ana.put(PATH, request(phone, language="ar", waiting=True)))

    shown = saved["subscription"]
    assert (shown["endpoint"], shown["language"]) == (phone.endpoint, "ar")
    assert shown["waiting"] is True
    assert ok(ana.get(PATH)) == saved
    assert phone.auth not in str(saved)
    [stored] = services.push_subscriptions.of_person(WHO)
    assert (stored.public, stored.auth) == (phone.public, phone.auth)
    assert ana.send("DELETE", PATH).status == 204
    assert ok(ana.get(PATH))["subscription"] is None
    assert ana.send("DELETE", PATH).status == 204
    assert sorted(audited(owner)) == [(WHO, "added"), (WHO, "removed")]


def test_the_same_subscription_again_changes_nothing(
    ana: Api, owner: Api, phone: Browser, services: MemoryServices
) -> None:
    first = ok(ana.put(PATH, request(phone)))
    services.clock.advance(1000)

    assert ok(ana.put(PATH, request(phone))) == first
    assert audited(owner) == [(WHO, "added")]


def test_the_public_key_is_made_once_and_its_private_key_is_sealed(
    ana: Api, services: MemoryServices
) -> None:
    services.secret_sealer.key = "k"

    first, second = (ok(each.get(PATH))["public_key"] for each in (ana, ana.login("owner")))

    assert first == second
    assert len(bytes_of(first)) == 65
    stored = services.push_subscriptions.key()
    assert stored
    assert stored.private.startswith("sealed|k|private-key|")
    assert stored.private not in str(ana.get(PATH).json)


def test_a_browser_belongs_to_the_session_that_has_set_it_last(
    ana: Api, bo: Api, phone: Browser, services: MemoryServices
) -> None:
    ok(ana.put(PATH, request(phone)))

    ok(bo.put(PATH, request(phone)))

    assert ok(ana.get(PATH))["subscription"] is None
    assert ok(bo.get(PATH))["subscription"]


def test_each_session_has_its_own_subscription(ana: Api, phone: Browser) -> None:
    laptop = ana.login("ana")
    ok(ana.put(PATH, request(phone)))

    assert ok(laptop.get(PATH))["subscription"] is None
    laptop.send("DELETE", PATH)
    assert ok(ana.get(PATH))["subscription"]


def test_a_subscription_ends_with_its_session(
    ana: Api, phone: Browser, services: MemoryServices
) -> None:
    laptop = ana.login("ana")
    for each, used in ((ana, phone), (laptop, Browser("https://push.test/send/2"))):
        ok(each.put(PATH, request(used)))

    ok(laptop.post("/auth/logout", {}))

    assert len(services.push_subscriptions.of_person(WHO)) == 1
    assert ana.send("DELETE", "/auth/sessions").status == 204
    assert len(services.push_subscriptions.of_person(WHO)) == 1


def test_disabling_a_person_removes_their_subscriptions(
    ana: Api, owner: Api, phone: Browser, services: MemoryServices
) -> None:
    ok(ana.put(PATH, request(phone, waiting=True)))

    owner.post(f"/people/{WHO}/disable", {})

    assert services.push_subscriptions.of_person(WHO) == []
    assert services.push_subscriptions.told_of_waiting() == set()


def test_a_new_password_removes_the_subscriptions_of_the_sessions_that_it_ends(
    ana: Api, phone: Browser, services: MemoryServices
) -> None:
    ok(ana.put(PATH, request(phone)))

    ok(ana.post("/auth/password", {"current": "ana-demo", "new": "a long enough password"}))

    assert services.push_subscriptions.of_person(WHO) == []


def test_a_person_has_at_most_ten_subscriptions(
    ana: Api, phone: Browser, services: MemoryServices
) -> None:
    ok(ana.put(PATH, request(phone)))
    [first] = services.push_subscriptions.of_person(WHO)
    for number in range(10):
        services.push_subscriptions.put(replace(first, session=f"other-{number}"))

    another = Browser("https://push.test/send/2")
    answer = ana.login("ana").put(PATH, request(another))

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert len(services.push_subscriptions.of_person(WHO)) == 11
    services.push_subscriptions.remove(WHO, "other-1")
    ok(ana.put(PATH, request(phone, waiting=True)))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint": "https://nowhere.invalid/1"}, "endpoint"),
        ({"endpoint": "ftp://push.test/1"}, "endpoint"),
        ({"endpoint": "https://user@push.test/1"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"endpoint": "https://push.test/" + "x" * 2048}, "endpoint"),
        ({"language": "fr"}, "language"),
        ({"keys": {"p256dh": "BA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "keys.p256dh"),
        ({"keys": {"p256dh": "é", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}, "keys.p256dh"),
        ({"keys": {"p256dh": RECEIVER, "auth": "BTBZMqHH6r4Tts7J_aSI"}}, "keys.auth"),
        ({"expirationTime": None}, "expirationTime"),
    ],
)
def test_what_is_no_subscription_is_refused_by_its_field(
    ana: Api, phone: Browser, services: MemoryServices, change: dict[str, Any], field: str
) -> None:
    answer = ana.put(PATH, request(phone) | change)

    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert services.push_subscriptions.of_person(WHO) == []


def test_a_point_beside_the_curve_is_refused(ana: Api, phone: Browser) -> None:
    wanted = request(phone)
    last = {"A": "E"}.get(phone.public[-1], "A")
    wanted["keys"]["p256dh"] = phone.public[:-1] + last

    answer = ana.put(PATH, wanted)

    assert [each["field"] for each in answer.json["errors"]] == ["keys.p256dh"]
