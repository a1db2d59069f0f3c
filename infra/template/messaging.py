"""The SNS topic, the webhook queue and the dead-letter queues."""

from infra.local.aws.messaging import (
    MAX_RECEIVES,
    PUSH_RETENTION,
    PUSH_VISIBILITY,
    VISIBILITY,
)
from infra.template.metrics import Resource
from infra.template.policies import (
    DATA_KEY,
    HAS_DATA_KEY,
    NO_VALUE,
    PUSH_QUEUE,
    STREAM_DEAD_LETTERS,
    TOPIC,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
)

TWO_WEEKS = 14 * 24 * 60 * 60
"""Seconds; the longest retention of SQS."""
HIGH_THROUGHPUT = {
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
}
"""Each conversation is a message group. Without these settings a FIFO queue takes only 300 messages
a second."""


def messaging() -> dict[str, Resource]:
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": [WEBHOOK_DEAD_LETTERS, "Arn"]}}
    webhook_queue = {
        **HIGH_THROUGHPUT,
        "VisibilityTimeout": VISIBILITY,
        "RedrivePolicy": {**dead, "maxReceiveCount": MAX_RECEIVES},
    }
    return {
        TOPIC: {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": "Baton", "KmsMasterKeyId": _or_else("alias/aws/sns")},
        },
        WEBHOOK_QUEUE: _queue(fifo=True, **webhook_queue),
        WEBHOOK_DEAD_LETTERS: _queue(
            fifo=True, **HIGH_THROUGHPUT, MessageRetentionPeriod=TWO_WEEKS
        ),
        PUSH_QUEUE: _queue(
            fifo=False,
            VisibilityTimeout=PUSH_VISIBILITY,
            MessageRetentionPeriod=PUSH_RETENTION,
        ),
        # Lambda's failure destinations cannot be FIFO queues.
        STREAM_DEAD_LETTERS: _queue(fifo=False, MessageRetentionPeriod=TWO_WEEKS),
    }


def _queue(*, fifo: bool, **properties: object) -> Resource:
    kind = {"FifoQueue": True} if fifo else {}
    return {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            **kind,
            "SqsManagedSseEnabled": {"Fn::If": [HAS_DATA_KEY, False, True]},
            "KmsMasterKeyId": _or_else(NO_VALUE),
            **properties,
        },
    }


def _or_else(otherwise: object) -> Resource:
    return {"Fn::If": [HAS_DATA_KEY, {"Ref": DATA_KEY}, otherwise]}
