"""The topic and the queues of a stage, made on a local engine. Making them twice is no change."""

from dataclasses import dataclass
from typing import Any

VISIBILITY = 120
"""Seconds; longer than the webhook worker takes."""
POISON_AFTER = 20
"""Receives after which SQS itself gives a message up: one that kills its worker every time. What a
receiver refuses is counted, and given up sooner, by the worker."""


@dataclass(frozen=True, slots=True)
class Messaging:
    topic_arn: str
    queue_url: str
    dead_letter_url: str


def create_messaging(sns: Any, sqs: Any, name: str) -> Messaging:
    """`sns` and `sqs` are boto3 clients."""
    fifo = {"FifoQueue": "true"}
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes=fifo)["QueueUrl"]
    wanted = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = (
        f'{{"deadLetterTargetArn":"{wanted["Attributes"]["QueueArn"]}",'
        f'"maxReceiveCount":"{POISON_AFTER}"}}'
    )
    queue = sqs.create_queue(
        QueueName=f"{name}-nudges.fifo",
        Attributes={**fifo, "VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive},
    )
    topic = sns.create_topic(Name=f"{name}-events")
    return Messaging(topic["TopicArn"], queue["QueueUrl"], dead)
