"""Creates the topic and the queues of a stage on a local engine; existing ones are kept."""

from dataclasses import dataclass
from typing import Any

VISIBILITY = 90
"""Seconds; longer than the webhook worker's timeout."""
MAX_RECEIVES = 1000
"""After so many receives SQS moves a message to the dead-letter queue, for example because it
crashes the worker. This is the highest value that SQS accepts, because a message that waits for a
free slot of its bot is received every two seconds. The worker itself counts refused deliveries and
stops earlier."""

PUSH_VISIBILITY = 45
"""Seconds; longer than the web push function's timeout."""
PUSH_RETENTION = 60 * 60
"""Seconds. An alert that could not be sent for an hour is dropped: it would come too late. So its
queue needs no dead letters."""


@dataclass(frozen=True, slots=True)
class Messaging:
    topic_arn: str
    queue_url: str
    dead_letter_url: str
    push_queue_url: str


def create_messaging(sns: Any, sqs: Any, name: str) -> Messaging:
    """`sns` and `sqs` are boto3 clients."""
    fifo = {"FifoQueue": "true"}
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes=fifo)["QueueUrl"]
    wanted = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = (
        f'{{"deadLetterTargetArn":"{wanted["Attributes"]["QueueArn"]}",'
        f'"maxReceiveCount":"{MAX_RECEIVES}"}}'
    )
    queue = sqs.create_queue(QueueName=f"{name}-webhooks.fifo", Attributes=fifo)["QueueUrl"]
    # Set these separately: create_queue fails if the queue exists with other attributes.
    sqs.set_queue_attributes(
        QueueUrl=queue,
        Attributes={"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": redrive},
    )
    push_queue = sqs.create_queue(QueueName=f"{name}-push")["QueueUrl"]
    wanted_push = {
        "VisibilityTimeout": str(PUSH_VISIBILITY),
        "MessageRetentionPeriod": str(PUSH_RETENTION),
    }
    sqs.set_queue_attributes(QueueUrl=push_queue, Attributes=wanted_push)
    topic = sns.create_topic(Name=f"{name}-events")
    return Messaging(topic["TopicArn"], queue, dead, push_queue)
