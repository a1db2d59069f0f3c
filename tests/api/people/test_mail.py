"""Mails about accounts: invitations, links for forgotten passwords, and what has happened."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import person_id
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.entrypoints.events import webhook_queue
from chalicelib.usecases.accounts.mail_delivery import compose
from chalicelib.usecases.accounts.mail_texts import BUTTONS, TEXTS
from chalicelib.usecases.records.mail import Mail, MailKind, MailLanguage, MailRequest
from chalicelib.usecases.records.people import Person
from tests.api.conversation_setup import BOT, ok
from tests.support.api import Api, ApiAnswer
from tests.support.fakes import FakeMailer, FakeMailQueue
from tests.support.services import MemoryServices, limit_rates

ANA = "ana@example.test"
WHO = person_id(ANA)
NELL = {"email": "nell@example.test", "name": "Nell", "role": "agent"}
NEW = "a long enough password"
HOUR = 60 * 60 * 1000


@pytest.fixture(autouse=True)
def _mail(services: MemoryServices) -> None:
    services.sends_mail = True


def send_all(services: MemoryServices) -> list[Mail]:
    """The mails that the worker has sent for all requests so far."""
    before = len(services.mailer.sent)
    while services.mail_queue.requests:
        deliver(services, services.mail_queue.requests.pop(0))
    return services.mailer.sent[before:]


def deliver(services: MemoryServices, request: MailRequest, receives: int = 1) -> list[str]:
    """The worker's answer: the messages that stay in the queue."""
    mail = {
        "kind": request.kind,
        "person": request.person,
        "language": request.language,
        "facts": dict(request.facts),
    }
    record = {
        "messageId": "m-1",
        "body": json.dumps({"mail": mail}),
        "receiptHandle": "receipt",
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }
    answer: Mapping[str, Any] = webhook_queue.handle(services, {"Records": [record]})
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def token_in(mail: Mail) -> str:
    [found] = {*re.findall(r"#reset=([\w.-]+)", mail.text + mail.html)}
    return str(found)


def forgotten(nobody: Api, email: str = ANA, **headers: str) -> ApiAnswer:
    return nobody.post("/auth/password/forgotten", {"email": email}, **headers)


def reset(nobody: Api, token: str, password: str = NEW) -> ApiAnswer:
    return nobody.post("/auth/password/reset", {"token": token, "password": password})


def test_a_forgotten_password_is_set_with_the_mailed_link(
    services: MemoryServices, nobody: Api
) -> None:
    assert forgotten(nobody).json["mailed"] is True
    [mail] = send_all(services)
    assert mail.to == ANA

    assert reset(nobody, token_in(mail)).status == 204

    assert nobody.post("/auth/login", {"email": ANA, "password": NEW}).status == 200
    assert reset(nobody, token_in(mail), "another long password").status == 401


def test_a_mailed_link_expires_after_an_hour(services: MemoryServices, nobody: Api) -> None:
    forgotten(nobody)
    [mail] = send_all(services)
    services.clock.advance(HOUR)

    assert reset(nobody, token_in(mail)).status == 401


def test_the_answer_and_its_work_do_not_tell_whether_an_account_exists(
    services: MemoryServices, nobody: Api, owner: Api
) -> None:
    """The same number of requests and events for both; the account is read by the worker."""
    known, unknown = forgotten(nobody), forgotten(nobody, "nobody@example.test")

    assert (known.status, known.text) == (unknown.status, unknown.text)
    assert known.status == 202
    assert len(services.mail_queue.requests) == 2
    events = ok(owner.get("/audit"))["items"]
    assert [each["action"] for each in events].count("password_reset_requested") == 2
    assert len(send_all(services)) == 1


def test_a_disabled_person_gets_no_link(services: MemoryServices, nobody: Api, owner: Api) -> None:
    owner.post(f"/people/{WHO}/disable", {})
    forgotten(nobody)

    assert send_all(services) == []


def test_without_mail_the_answer_says_that_an_owner_must_help(
    services: MemoryServices, nobody: Api
) -> None:
    services.sends_mail = False

    answer = forgotten(nobody)

    assert (answer.status, answer.json["mailed"]) == (202, False)
    assert "owner" in answer.json["detail"]
    assert services.mail_queue.requests == []


def test_requests_for_one_address_are_limited_alike_whether_it_is_known_or_not(
    services: MemoryServices, nobody: Api
) -> None:
    limit_rates(services)
    for email in (ANA, "nobody@example.test"):
        answers = [forgotten(nobody, email) for _ in range(6)]

        assert [each.status for each in answers] == [202] * 5 + [429]
        assert answers[-1].json["limit"] == "password_links"


def test_requests_from_one_network_address_are_limited(
    services: MemoryServices, nobody: Api
) -> None:
    limit_rates(services)
    answers = [forgotten(nobody, f"p{number}@example.test") for number in range(31)]

    assert answers[-1].status == 429
    assert answers[-1].json["limit"] == "password_requests"


def test_an_invitation_is_mailed_and_not_shown(
    services: MemoryServices, owner: Api, nobody: Api
) -> None:
    invited = ok(owner.post(f"{BOT}/agents", NELL))
    assert (invited["invitation"], invited["mailed"]) == (None, True)
    [mail] = send_all(services)
    assert mail.to == NELL["email"]
    services.clock.advance(6 * 24 * HOUR)

    assert reset(nobody, token_in(mail)).status == 204

    assert nobody.post("/auth/login", {"email": NELL["email"], "password": NEW}).status == 200
    assert send_all(services) == []  # A first password is no reset.


def test_a_renewed_invitation_is_mailed_too(services: MemoryServices, owner: Api) -> None:
    invited = ok(owner.post(f"{BOT}/agents", NELL))
    send_all(services)

    renewed = ok(owner.post(f"{BOT}/agents/{invited['id']}/invitation", {}))

    assert (renewed["invitation"], renewed["mailed"]) == (None, True)
    assert len(send_all(services)) == 1


def test_whoever_accepts_a_mailed_invitation_has_proved_the_address(
    services: MemoryServices, owner: Api, nobody: Api
) -> None:
    """So an admin of another bot may add them."""
    ok(owner.post(f"{BOT}/agents", NELL))
    who = person_id(NELL["email"])
    registered = replace(services.memory.people[who], registered_by="demo")
    services.directory.put_person(registered)
    [mail] = send_all(services)

    ok_status = reset(nobody, token_in(mail)).status

    assert ok_status == 204
    assert services.memory.people[who].registered_by is None


@pytest.mark.parametrize("name", ["Visit https://evil.test now", "<b>x</b>@evil.test", "a\r\nb: c"])
def test_a_name_in_a_mail_makes_no_link_and_no_markup(
    services: MemoryServices, owner: Api, name: str
) -> None:
    ok(owner.put("/auth/me", {"name": name}) if "\n" not in name else owner.get("/auth/me"))
    ok(owner.post(f"{BOT}/agents", NELL))
    [request] = services.mail_queue.requests
    mail = compose(replace(request, facts={"by": name, "bot": name}), _person(), "https://b.test/#")

    for text in (mail.text, mail.html):
        assert "evil.test" not in text
        assert "<b>" not in text
    assert {*re.findall(r"https?://[^\s\"<]+", mail.text + mail.html)} == {"https://b.test/#"}
    assert "\r" not in mail.text + mail.subject


def change_password(ana: Api, owner: Api) -> None:
    ok(ana.post("/auth/password", {"current": "ana-demo", "new": NEW}))


def start_reset(ana: Api, owner: Api) -> None:
    ok(owner.post(f"/people/{WHO}/password-reset", {}))


def use_owners_link(ana: Api, owner: Api) -> None:
    started = ok(owner.post(f"/people/{WHO}/password-reset", {}))
    assert reset(owner.as_(None), started["token"]).status == 204


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (change_password, [MailKind.PASSWORD_CHANGED]),
        (start_reset, [MailKind.RESET_STARTED]),
        (use_owners_link, [MailKind.RESET_STARTED, MailKind.PASSWORD_RESET]),
    ],
)
def test_the_person_is_told_of_each_change_of_their_password(
    services: MemoryServices, ana: Api, owner: Api, change: Any, kinds: list[MailKind]
) -> None:
    change(ana, owner)

    mails = send_all(services)

    assert [mail.subject for mail in mails] == [
        TEXTS[kind][MailLanguage.ENGLISH][0] for kind in kinds
    ]
    assert {mail.to for mail in mails} == {ANA}
    assert not any("http" in mail.text + mail.html for mail in mails)


class BrokenQueue(FakeMailQueue):
    def enqueue(self, request: MailRequest) -> None:
        raise TemporarilyUnavailable("The queue did not answer.", retry_after=1)


def test_a_change_succeeds_although_its_notice_cannot_be_queued(
    services: MemoryServices, ana: Api
) -> None:
    services.mail_queue = BrokenQueue()

    assert ana.post("/auth/password", {"current": "ana-demo", "new": NEW}).status == 200


def test_an_invitation_that_cannot_be_queued_adds_nobody(
    services: MemoryServices, owner: Api
) -> None:
    services.mail_queue = BrokenQueue()
    assert owner.post(f"{BOT}/agents", NELL).status == 503

    services.mail_queue = FakeMailQueue()
    assert owner.post(f"{BOT}/agents", NELL).status == 201


def test_the_worker_tries_again_and_gives_up_after_eight_attempts(
    services: MemoryServices, nobody: Api
) -> None:
    forgotten(nobody)
    [request] = services.mail_queue.requests
    services.mailer.is_down = True

    assert deliver(services, request, receives=7) == ["m-1"]
    assert deliver(services, request, receives=8) == []


def test_a_mail_that_is_refused_is_not_tried_again(services: MemoryServices, nobody: Api) -> None:
    forgotten(nobody)
    [request] = services.mail_queue.requests
    services.mailer = FakeMailer(is_verified=False)

    assert deliver(services, request) == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("es-MX,es;q=0.9", "es"), ("fr, ar;q=0.5", "ar"), ("es;q=0, en", "en"), ("fr", "en")],
)
def test_a_mail_is_in_the_language_of_the_callers_browser(
    services: MemoryServices, nobody: Api, accepted: str, language: str
) -> None:
    forgotten(nobody, Accept_Language=accepted)

    [mail] = send_all(services)

    assert mail.subject == TEXTS[MailKind.RESET_REQUESTED][MailLanguage(language)][0]
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in mail.html


@pytest.mark.parametrize("language", MailLanguage)
@pytest.mark.parametrize("kind", MailKind)
def test_every_mail_has_its_texts_in_every_language(kind: MailKind, language: MailLanguage) -> None:
    subject, paragraphs = TEXTS[kind][language]
    request = MailRequest(kind, WHO, language, {"by": "Bo", "bot": "Shop"})

    mail = compose(request, _person(), "https://b.test/c#reset=t")

    assert mail.subject == subject
    assert mail.text.count("\n\n") == len(paragraphs)
    assert BUTTONS[language] in mail.text
    assert "{" not in mail.text + mail.html.partition("<body")[2]


def _person() -> Person:
    return Person(WHO, ANA, "Ana", "")
