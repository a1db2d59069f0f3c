"""The SNS topic for subscribers by e-mail, SMS, HTTPS or Lambda."""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.errors import TemporarilyUnavailable

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient
    from types_boto3_sns.type_defs import MessageAttributeValueTypeDef


class SnsTopic:
    def __init__(self, client_factory: Callable[[], "SNSClient"], topic_arn: str) -> None:
        self._client_factory = client_factory
        self._topic_arn = topic_arn

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            # There is no Subject, because SNS allows only ASCII without line breaks in it.
            self._client.publish(
                TopicArn=self._topic_arn,
                Message=json.dumps(message, ensure_ascii=False),
                MessageAttributes={
                    name: _text(value) for name, value in attributes.items() if value
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise TemporarilyUnavailable(
                "The notification topic did not take the message.", retry_after=1
            ) from error

    @cached_property
    def _client(self) -> "SNSClient":
        return self._client_factory()


def _text(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}
