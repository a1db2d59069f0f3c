from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from types_boto3_sqs import SQSClient

from tests.adapters.servers import Certificate


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("tls"), "hook.test")


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def sqs(aws: None) -> SQSClient:
    client: SQSClient = boto3.client("sqs", region_name="eu-central-1")
    return client
