"""The topic and the queues of a stage, made on a local engine. Making them twice is no change."""

from dataclasses import dataclass
from typing import Any

VISIBILITY = 120
"""Seconds; longer than the webhook worker takes."""
POISON_AFTER = 1000
"""Receives after which SQS itself gives a message up: one that kills its worker every time. The
most there can be: a message that waits for a slot of its bot is received every two seconds. What a
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
    queue = sqs.create_queue(QueueName=f"{name}-nudges.fifo", Attributes=fifo)["QueueUrl"]
    # Apart: a queue that is there with other attributes cannot be made, but it can be changed.
    sqs.set_queue_attributes(
        QueueUrl=queue,
        Attributes={"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive},
    )
    topic = sns.create_topic(Name=f"{name}-events")
    return Messaging(topic["TopicArn"], queue, dead)
