import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from types_boto3_sns import SNSClient
from types_boto3_sqs import SQSClient

from chalicelib.adapters.aws.sns import SnsTopic
from chalicelib.domain.errors import TemporarilyUnavailable

REGION = "eu-central-1"
MESSAGE = {"type": "handoff.requested", "bot": "demo", "message": "Grüße ☂", "queue": None}


@pytest.fixture
def sns(aws: None) -> SNSClient:
    client: SNSClient = boto3.client("sns", region_name=REGION)
    return client


@pytest.fixture
def topic_arn(sns: SNSClient) -> str:
    return sns.create_topic(Name="handoffs")["TopicArn"]


class Subscriber:
    """A queue that the topic delivers to."""

    def __init__(self, sns: SNSClient, sqs: SQSClient, topic_arn: str) -> None:
        self._sqs = sqs
        self._url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=attributes["Attributes"]["QueueArn"]
        )

    def next(self) -> dict[str, Any]:
        received = self._sqs.receive_message(QueueUrl=self._url)["Messages"]
        envelope: dict[str, Any] = json.loads(received[0]["Body"])
        return envelope


@pytest.fixture
def subscriber(sns: SNSClient, sqs: SQSClient, topic_arn: str) -> Subscriber:
    return Subscriber(sns, sqs, topic_arn)


def test_subscribers_get_the_message_as_json_people_can_read(
    sns: SNSClient, topic_arn: str, subscriber: Subscriber
) -> None:
    SnsTopic(lambda: sns, topic_arn).publish(MESSAGE, {"bot": "demo"})

    body = subscriber.next()["Message"]
    assert json.loads(body) == MESSAGE
    assert "Grüße ☂" in body


def test_there_is_no_subject(sns: SNSClient, topic_arn: str, subscriber: Subscriber) -> None:
    SnsTopic(lambda: sns, topic_arn).publish(MESSAGE, {"bot": "demo"})

    assert subscriber.next().get("Subject") is None


def test_attributes_without_a_value_are_left_out(
    sns: SNSClient, topic_arn: str, subscriber: Subscriber
) -> None:
    topic = SnsTopic(lambda: sns, topic_arn)

    topic.publish(MESSAGE, {"bot": "demo", "queue": "", "level": "info"})

    assert subscriber.next()["MessageAttributes"] == {
        "bot": {"Type": "String", "Value": "demo"},
        "level": {"Type": "String", "Value": "info"},
    }


def test_a_topic_that_is_not_there_is_told_as_temporarily_unavailable(sns: SNSClient) -> None:
    topic = SnsTopic(lambda: sns, f"arn:aws:sns:{REGION}:123456789012:other")

    with pytest.raises(TemporarilyUnavailable) as refusal:
        topic.publish(MESSAGE, {})

    assert refusal.value.facts["retry_after"] == 1


def test_a_topic_that_does_not_answer_is_told_as_temporarily_unavailable() -> None:
    unreachable: SNSClient = boto3.client(
        "sns",
        region_name=REGION,
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )

    with pytest.raises(TemporarilyUnavailable):
        SnsTopic(lambda: unreachable, "arn:aws:sns:eu-central-1:1:x").publish(MESSAGE, {})


def test_the_client_is_made_by_the_first_message_and_once(sns: SNSClient, topic_arn: str) -> None:
    made: list[SNSClient] = []

    def factory() -> SNSClient:
        made.append(sns)
        return sns

    topic = SnsTopic(factory, topic_arn)
    assert made == []

    topic.publish(MESSAGE, {})
    topic.publish(MESSAGE, {})

    assert len(made) == 1
