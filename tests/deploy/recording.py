"""Records the AWS calls that each function's code makes while the stories run on a local engine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.credentials import Credentials

from chalicelib.adapters.aws.s3 import NEW, S3Files
from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE
from chalicelib.adapters.dynamodb.table import open_table
from chalicelib.adapters.security.tokens import JwtTokens
from chalicelib.domain.files import NewFile, StoredFile, Upload, UploadForm
from chalicelib.settings import LOCAL, Settings
from chalicelib.usecases.ports.accounts import Tokens
from chalicelib.wiring import ISSUER, AwsServices
from infra.local.aws.bucket import create_bucket
from infra.local.aws.engine import ACCESS_KEY, Engine
from infra.local.aws.messaging import Messaging, create_messaging
from infra.local.aws.table import create_table
from infra.local.seed import seed
from infra.template.policies import (
    FILES,
    KEPT_FILES,
    MAIL,
    NEW_FILES,
    PUSH_QUEUE,
    SECRETS_KEY,
    SOCKETS,
    TABLE,
    TOPIC,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
    index,
)
from tests.support.clock import ManualClock
from tests.support.engines import REGION
from tests.support.fakes import (
    FakeMetrics,
    FakeSockets,
    FakeWebhookClient,
    PlainPasswords,
    SeededRandom,
)

NAME = "policies"
BUCKET = "policies-files"
IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
"""IAM has no TransactWriteItems action: each step needs its own permission."""
SEALING = frozenset({"Decrypt", "Encrypt"})


class AwsCall(NamedTuple):
    """An operation on a resource, with the names that `infra.template.policies` uses."""

    function: str
    resource: str
    operation: str


class Recorder(AwsServices):
    """The wired services; `function` is the function whose code runs now."""

    def __init__(self, engine: Engine, messaging: Messaging) -> None:
        super().__init__(_settings(engine, messaging))
        self.function = "nobody"
        self.calls: set[AwsCall] = set()
        self.hashed_by: set[str] = set()
        self.signed_by: set[str] = set()
        self._engine = engine
        self.manual_clock = ManualClock()
        self.sockets: FakeSockets = _Sockets(self)
        self._queues = {
            messaging.queue_url: WEBHOOK_QUEUE,
            messaging.dead_letter_url: WEBHOOK_DEAD_LETTERS,
            messaging.push_queue_url: PUSH_QUEUE,
        }
        table = open_table(NAME, REGION, engine.url)
        create_table(table.client, NAME)
        # The manual clock is in the past, so the engine would delete rows with a TTL as expired.
        table.client.update_time_to_live(
            TableName=NAME,
            TimeToLiveSpecification={"Enabled": False, "AttributeName": TTL_ATTRIBUTE},
        )
        # These replace the adapters that AwsServices would create on first use.
        vars(self).update(
            table=table,
            clock=self.manual_clock,
            random=SeededRandom(),
            passwords=_Passwords(self),
            webhook_client=FakeWebhookClient(),
            metrics=FakeMetrics(),
            files=_files(self, engine),
        )
        seed(self, LOCAL, "https://bot.test/")
        self._listen(table.client)

    @property
    def secrets(self) -> tuple[str, ...]:
        self.signed_by.add(self.function)
        return super().secrets

    @property
    def tokens(self) -> Tokens:
        """New for each use, so that each use asks for the secrets."""
        return JwtTokens(self.secrets, ISSUER, self.clock)

    def client(self, service: str, endpoint: str | None = None, attempts: int = 3) -> Any:
        made = super().client(service, endpoint, attempts)
        self._listen(made)
        return made

    def received(self, queue: str = WEBHOOK_QUEUE) -> list[dict[str, Any]]:
        """The records that Lambda would pass to the queue's function next."""
        sqs = self._engine.client("sqs")
        url = next(url for url, name in self._queues.items() if name == queue)
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [
            {
                "messageId": message["MessageId"],
                "body": message["Body"],
                "receiptHandle": message["ReceiptHandle"],
            }
            for message in found
        ]

    def stream_records(self) -> list[dict[str, Any]]:
        """An INSERT record of the stream for each row of the table."""
        dynamodb = self._engine.client("dynamodb")
        pages = dynamodb.get_paginator("scan").paginate(TableName=NAME)
        items = [item for page in pages for item in page["Items"]]
        return [
            {
                "eventName": "INSERT",
                "dynamodb": {"NewImage": item, "SequenceNumber": str(number)},
            }
            for number, item in enumerate(items)
        ]

    def _listen(self, client: Any) -> None:
        client.meta.events.register("provide-client-params.*.*", self._note)

    def _note(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        for resource, operation in self._needs(model.name, params):
            self.calls.add(AwsCall(self.function, resource, operation))

    def _needs(self, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if "Bucket" in params:
            yield from _of_files(operation, params)
        elif operation in SEALING:
            yield SECRETS_KEY, operation
        elif operation == "TransactWriteItems":
            steps = (step for each in params["TransactItems"] for step in each)
            yield from ((TABLE, IN_TRANSACTION[step]) for step in steps)
        elif operation == "Query" and "IndexName" in params:
            yield index(params["IndexName"]), operation
        elif "QueueUrl" in params:
            yield self._queues[params["QueueUrl"]], operation
        elif operation == "SendEmail":
            yield MAIL, operation
        elif "TopicArn" in params:
            yield TOPIC, operation
        else:
            yield TABLE, operation


def _of_files(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """IAM's names for operations of S3. To read an object that may not exist takes the permission
    to list the bucket, else S3 answers 403 instead of 404."""
    if operation in ("GetObject", "HeadObject"):
        yield _folder(params["Key"]), "GetObject"
        yield FILES, "ListBucket"
    elif operation == "CopyObject":
        yield _folder(params["CopySource"]["Key"]), "GetObject"
        yield _folder(params["Key"]), "PutObject"
    elif operation == "DeleteObjects":
        yield from ((_folder(each["Key"]), "DeleteObject") for each in params["Delete"]["Objects"])
    else:
        yield FILES, {"ListObjectsV2": "ListBucket"}[operation]


def _folder(key: str) -> str:
    return NEW_FILES if key.startswith(NEW) else KEPT_FILES


class _Files(S3Files):
    """Records what signed forms and links permit, which is what the signer may do."""

    services: "Recorder"

    def form(self, file: NewFile, seconds: int) -> UploadForm:
        self.services.calls.add(AwsCall(self.services.function, NEW_FILES, "PutObject"))
        return super().form(file, seconds)

    def link(self, bot: str, upload: Upload, file: StoredFile, seconds: int) -> str:
        self.services.calls.add(AwsCall(self.services.function, KEPT_FILES, "GetObject"))
        return super().link(bot, upload, file, seconds)


class _Sockets(FakeSockets):
    """Records the calls of API Gateway that our adapter makes."""

    def __init__(self, services: Recorder) -> None:
        super().__init__()
        self._services = services

    def send(self, connection_id: str, frame: bytes) -> bool:
        self._services.calls.add(AwsCall(self._services.function, SOCKETS, "PostToConnection"))
        return super().send(connection_id, frame)

    def close(self, connection_id: str) -> bool:
        self._services.calls.add(AwsCall(self._services.function, SOCKETS, "DeleteConnection"))
        return super().close(connection_id)


class _Passwords(PlainPasswords):
    """Records which function hashes."""

    def __init__(self, services: Recorder) -> None:
        super().__init__()
        self._services = services

    def hash(self, password: str) -> str:
        self._services.hashed_by.add(self._services.function)
        return super().hash(password)


def _settings(engine: Engine, messaging: Messaging) -> Settings:
    return Settings(
        stage=LOCAL,
        region=REGION,
        table=NAME,
        topic_arn=messaging.topic_arn,
        queue_url=messaging.queue_url,
        dead_letter_url=messaging.dead_letter_url,
        push_queue_url=messaging.push_queue_url,
        socket_url="ws://127.0.0.1:8000/ws",
        socket_endpoint="",
        origins=frozenset({"http://127.0.0.1:8000"}),
        secrets=("a-secret-for-tests-that-is-long-enough",),
        shards=1,
        endpoint=engine.url,
        mail_sender=_verified_sender(engine),
        console_url="http://127.0.0.1:8000/console/index.html",
        secrets_key=engine.client("kms").create_key()["KeyMetadata"]["Arn"],
    )


def _verified_sender(engine: Engine) -> str:
    sender = "baton@example.test"
    engine.client("sesv2").create_email_identity(EmailIdentity=sender)
    return sender


def _files(services: Recorder, engine: Engine) -> _Files:
    keys = Credentials(ACCESS_KEY, ACCESS_KEY)
    url = f"{engine.url}/{BUCKET}"
    made = _Files(lambda: services.client("s3"), lambda: keys, BUCKET, url, REGION)
    made.services = services
    return made


@contextmanager
def recording(state: Path) -> Iterator[Recorder]:
    """`state` is the engine's folder."""
    services = ["dynamodb", "kms", "s3", "ses", "sns", "sqs", "sts"]
    with Engine(state, services=services) as engine, pytest.MonkeyPatch.context() as environment:
        for name, value in engine.environment.items():
            environment.setenv(name, value)
        create_bucket(engine.client("s3"), BUCKET)
        messaging = create_messaging(engine.client("sns"), engine.client("sqs"), NAME)
        yield Recorder(engine, messaging)
