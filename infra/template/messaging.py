"""The topic, the queue that wakes the webhook worker, and where goes what could not be done."""

from infra.local.aws.messaging import POISON_AFTER, VISIBILITY
from infra.template.metrics import Resource
from infra.template.policies import DEAD_CHANGES, DEAD_NUDGES, TOPIC, WEBHOOK_QUEUE

TWO_WEEKS = 14 * 24 * 60 * 60
"""Seconds: the longest that SQS keeps a message."""
HIGH_THROUGHPUT = {
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
}
"""One message group is one conversation; the queue's own limit would be 300 a second."""


def messaging() -> dict[str, Resource]:
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": [DEAD_NUDGES, "Arn"]}}
    webhook_queue = {
        **HIGH_THROUGHPUT,
        "VisibilityTimeout": VISIBILITY,
        "RedrivePolicy": {**dead, "maxReceiveCount": POISON_AFTER},
    }
    return {
        TOPIC: {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": "Baton", "KmsMasterKeyId": "alias/aws/sns"},
        },
        WEBHOOK_QUEUE: _queue(fifo=True, **webhook_queue),
        DEAD_NUDGES: _queue(fifo=True, **HIGH_THROUGHPUT, MessageRetentionPeriod=TWO_WEEKS),
        # Lambda puts aside into standard queues only.
        DEAD_CHANGES: _queue(fifo=False, MessageRetentionPeriod=TWO_WEEKS),
    }


def _queue(*, fifo: bool, **properties: object) -> Resource:
    kind = {"FifoQueue": True} if fifo else {}
    return {
        "Type": "AWS::SQS::Queue",
        "Properties": {**kind, "SqsManagedSseEnabled": True, **properties},
    }
