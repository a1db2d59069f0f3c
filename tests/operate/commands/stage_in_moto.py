"""A deployed stage in moto, as the operator's commands see it: a stack with outputs, a function
with an alias, a table with a stream, queues, a topic, a bucket and keys."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from click import Command
from click.testing import CliRunner

from chalicelib import wiring
from chalicelib.adapters.dynamodb.schema import table_definition
from chalicelib.settings import settings
from infra.dead_letters import STREAM_BATCH
from infra.deployment.stage import FUNCTION
from infra.template.names import stack_of
from infra.template.rollout import ALIAS
from tests.support.engines import CREDENTIALS

STAGE, REGION = "prod", "eu-central-1"
NAME = f"{stack_of(STAGE)}-Everything-1"
"""The name of the table, the function, the queues and the topic, as CloudFormation makes them."""
FILES = f"{stack_of(STAGE)}-files-1"
SOCKETS = f"https://api1.execute-api.{REGION}.amazonaws.com/api"


class StageInMoto:
    def __init__(self) -> None:
        self.kms, self._lambda = self._client("kms"), self._client("lambda")
        self._client("dynamodb").create_table(TableName=NAME, **table_definition())
        self._client("s3").create_bucket(
            Bucket=FILES, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.topic = self._client("sns").create_topic(Name=NAME)["TopicArn"]
        self.queue, self.dead_letters = self._queue("queue"), self._queue("dead")
        self._function()
        self.deploy(key="")
        self._stack()

    def new_key(self) -> str:
        arn: str = self.kms.create_key()["KeyMetadata"]["Arn"]
        return arn

    def deploy(self, key: str) -> None:
        """Publishes a version with this key, and lets the alias name it."""
        variables = {
            "BATON_STAGE": STAGE,
            "BATON_TABLE": NAME,
            "BATON_TOPIC_ARN": self.topic,
            "BATON_QUEUE_URL": self.queue,
            "BATON_DEAD_LETTER_URL": self.dead_letters,
            "BATON_SOCKET_URL": SOCKETS.replace("https", "wss"),
            "BATON_SOCKET_ENDPOINT": SOCKETS,
            "BATON_SECRET": "a-secret-for-tests-that-is-long-enough",
            "BATON_SECRETS_KEY": key,
            "BATON_FILES_BUCKET": FILES,
            "BATON_FILES_URL": f"https://{FILES}.s3.{REGION}.amazonaws.com",
        }
        self._lambda.update_function_configuration(
            FunctionName=NAME, Environment={"Variables": variables}
        )
        version = self._lambda.publish_version(FunctionName=NAME)["Version"]
        known = self._lambda.list_aliases(FunctionName=NAME)["Aliases"]
        change = self._lambda.update_alias if known else self._lambda.create_alias
        change(FunctionName=NAME, Name=ALIAS, FunctionVersion=version)

    def bury(self, body: Mapping[str, object]) -> None:
        """Puts a letter into the dead-letter queue, as the worker or Lambda would."""
        text = json.dumps(body)
        self._client("sqs").send_message(
            QueueUrl=self.dead_letters,
            MessageBody=text,
            MessageGroupId="g",
            MessageDeduplicationId=hashlib.sha256(text.encode()).hexdigest(),
        )

    def stream_batch(self) -> Mapping[str, object]:
        """A letter with the newest record of the table's stream that is a new entry."""
        streams, dynamodb = self._client("dynamodbstreams"), self._client("dynamodb")
        arn = dynamodb.describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        iterator = streams.get_shard_iterator(**start, ShardIteratorType="TRIM_HORIZON")
        records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        number = records[-1]["dynamodb"]["SequenceNumber"]
        batch = {"shardId": shard["ShardId"], "streamArn": arn, "batchSize": 1}
        return {STREAM_BATCH: batch | {"startSequenceNumber": number, "endSequenceNumber": number}}

    def run(self, command: Command, *options: str) -> str:
        """Returns the output of the command, which must succeed."""
        forget_settings()
        answer = CliRunner().invoke(command, options, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    def _client(self, service: str) -> Any:
        import boto3

        return boto3.client(service, REGION)

    def _queue(self, name: str) -> str:
        attributes = {"FifoQueue": "true"}
        made = self._client("sqs").create_queue(
            QueueName=f"{NAME}-{name}.fifo", Attributes=attributes
        )
        return str(made["QueueUrl"])

    def _function(self) -> None:
        role = self._client("iam").create_role(RoleName="a-role", AssumeRolePolicyDocument="{}")
        self._lambda.create_function(
            FunctionName=NAME,
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="app.message",
            Code={"ZipFile": _zip()},
        )

    def _stack(self) -> None:
        values = {FUNCTION: NAME, "Url": "https://baton.example.test"}
        template = {
            "Resources": {"Other": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": value} for name, value in values.items()},
        }
        self._client("cloudformation").create_stack(
            StackName=stack_of(STAGE), TemplateBody=json.dumps(template)
        )


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "")
    return packed.getvalue()


def forget_settings() -> None:
    settings.cache_clear()
    wiring.services.cache_clear()


@contextmanager
def stage_in_moto() -> Iterator[StageInMoto]:
    from moto import mock_aws

    environment = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION}
    with patch.dict(os.environ, environment), mock_aws():
        yield StageInMoto()
    forget_settings()
