"""Mail: the adapter of SES, on both engines, and the fake keep the same promises."""

import json
import urllib.request
from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from msgspec import Struct

from chalicelib.adapters.aws.ses import SesMailer
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.people import Mailer, MailRefused
from chalicelib.usecases.records.mail import Mail
from infra.local.aws.engine import Engine
from tests.support.engines import REGION
from tests.support.fakes import FakeMailer

SENDER = "baton@example.test"
MAIL = Mail("ana@example.test", "Grüße ☂", "Línea uno\n\nمرحبا\n", "<p>Grüße &amp; مرحبا</p>")


class MailService(Struct):
    """`unverified` is a mailer whose sender may not send, `sent` are the mails accepted so far."""

    mailer: Mailer
    unverified: Mailer
    sent: Callable[[], list[Mail]]


def fake(_: pytest.TempPathFactory) -> Iterator[MailService]:
    mailer = FakeMailer()
    yield MailService(mailer, FakeMailer(is_verified=False), lambda: mailer.sent)


def moto(_: pytest.TempPathFactory) -> Iterator[MailService]:
    with mock_aws():
        client = boto3.client("sesv2", region_name=REGION)
        client.create_email_identity(EmailIdentity=SENDER)

        def sent() -> list[Mail]:
            messages = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
            return [
                # moto keeps one of the two bodies.
                Mail(each.destinations["ToAddresses"][0], each.subject, MAIL.text, each.body)
                for each in messages
            ]

        yield MailService(
            SesMailer(lambda: client, SENDER), SesMailer(lambda: client, "x@example.org"), sent
        )


def ministack(folders: pytest.TempPathFactory) -> Iterator[MailService]:
    with Engine(folders.mktemp("ses"), services=["dynamodb", "ses", "sts"]) as engine:
        client = engine.client("sesv2")
        client.create_email_identity(EmailIdentity=SENDER)

        def sent() -> list[Mail]:
            with urllib.request.urlopen(f"{engine.url}/_ministack/ses/messages") as answer:
                accounts = json.load(answer)["messages"]
            return [
                Mail(each["To"][0], each["Subject"], each["BodyText"], each["BodyHtml"])
                for messages in accounts.values()
                for each in messages
            ]

        yield MailService(
            SesMailer(lambda: client, SENDER), SesMailer(lambda: client, "x@example.org"), sent
        )


@pytest.fixture(params=[fake, moto, ministack], ids=lambda each: each.__name__)
def service(
    request: pytest.FixtureRequest, aws: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailService]:
    yield from request.param(tmp_path_factory)


def test_a_mail_is_sent_in_both_forms(service: MailService) -> None:
    service.mailer.send(MAIL)

    assert service.sent() == [MAIL]


def test_a_sender_that_is_not_verified_is_refused_for_good(service: MailService) -> None:
    with pytest.raises(MailRefused, match="MessageRejected"):
        service.unverified.send(MAIL)

    assert service.sent() == []


def unreachable() -> Mailer:
    client = boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    return SesMailer(lambda: client, SENDER)


def down() -> Mailer:
    mailer = FakeMailer()
    mailer.is_down = True
    return mailer


@pytest.mark.parametrize("mailer", [unreachable, down])
def test_a_service_that_does_not_answer_may_be_asked_again(mailer: Callable[[], Mailer]) -> None:
    with pytest.raises(TemporarilyUnavailable):
        mailer().send(MAIL)
