"""Whoever listens to the topic: an SQS queue, subscribed with a filter."""

import json
import time
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any, Self

import boto3
from types_boto3_sns import SNSClient
from types_boto3_sqs import SQSClient


class Subscriber:
    """Gets what the `filter` lets through: attribute names and the values that pass."""

    def __init__(self, environment: Mapping[str, str], filter: Mapping[str, Sequence[str]]) -> None:
        where: dict[str, Any] = {
            "endpoint_url": environment["AWS_ENDPOINT_URL"],
            "region_name": environment["AWS_REGION"],
            "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        }
        self._sns: SNSClient = boto3.client("sns", **where)
        self._sqs: SQSClient = boto3.client("sqs", **where)
        self._queue = self._sqs.create_queue(QueueName=f"subscriber-{token_hex(4)}")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        self._subscription = self._sns.subscribe(
            TopicArn=environment["BATON_TOPIC_ARN"],
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
            Attributes={"FilterPolicy": json.dumps(filter)},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def next(self, seconds: float) -> dict[str, Any] | None:
        """The next message, as SNS wraps it; None where none comes in time."""
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
