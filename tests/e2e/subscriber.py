"""An SQS queue that is subscribed to the topic with a filter."""

import json
import time
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, Self

import boto3
from types_boto3_sns import SNSClient
from types_boto3_sqs import SQSClient

LOCAL = {
    "endpoint_url": "AWS_ENDPOINT_URL",
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
}


def _may_send(topic: str, queue: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class TopicSubscriber:
    """Receives the messages that pass `filter`: attribute names with their accepted values."""

    def __init__(self, environment: Mapping[str, str], filter: Mapping[str, Sequence[str]]) -> None:
        where: dict[str, Any] = {"region_name": environment["AWS_REGION"]}
        # Set only for the local engine; on AWS, boto3 finds endpoint and credentials itself.
        for option, name in LOCAL.items():
            where |= {option: environment[name]} if name in environment else {}
        self._sns: SNSClient = boto3.client("sns", **where)
        self._sqs: SQSClient = boto3.client("sqs", **where)
        self._queue = self._sqs.create_queue(QueueName=f"subscriber-{token_hex(4)}")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        policy = _may_send(environment["BATON_TOPIC_ARN"], arn["Attributes"]["QueueArn"])
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        self._subscription = self._sns.subscribe(
            TopicArn=environment["BATON_TOPIC_ARN"],
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
            Attributes={"FilterPolicy": json.dumps(filter)},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def next(self, seconds: float) -> dict[str, Any] | None:
        """The next message in its SNS envelope; None if none arrives in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1)
            for message in got.get("Messages", []):
                handle = message["ReceiptHandle"]
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=handle)
                wrapped: dict[str, Any] = json.loads(message["Body"])
                return wrapped
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self._queue)
