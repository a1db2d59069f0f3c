"""The AWS account and region that the deployment commands work in."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from chalicelib.settings import LOCAL
from infra.deployment.cloudformation import POLL_SECONDS, Stack
from infra.template.names import stack_of

WAIT_MINUTES = 60
"""The minutes for which a command waits for CloudFormation, without a gradual rollout."""
WRONG_CREDENTIALS = {
    "ExpiredToken": "The credentials have expired. Sign in again, for example: aws sso login",
    "InvalidClientTokenId": "AWS does not know the access key. Set AWS_PROFILE to a valid profile.",
    "SignatureDoesNotMatch": "The secret key does not belong to the access key. Set AWS_PROFILE "
    "to a valid profile.",
    "UnrecognizedClientException": "AWS does not know the access key, or the region is not enabled "
    "in this account. Check AWS_PROFILE, and the region under Account > AWS Regions.",
}
"""The next step, by the error code of `sts:GetCallerIdentity`."""


class DeployError(Exception):
    """The command cannot go on; the text tells the user why and what to do next."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The account's number, its region, and the ARN of who runs the command."""

    account: str
    region: str
    arn: str

    def place(self, stack: Stack) -> str:
        """Says which stack a command is about to change."""
        return f"{stack.name} in {self.region}, account {self.account}"


@dataclass(frozen=True, slots=True)
class Account:
    """`session` is a boto3 session; a stack's state is read every `poll` seconds."""

    session: Any
    poll: float = POLL_SECONDS

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    def client(self, service: str, region: str | None = None) -> Any:
        return self.session.client(service, region_name=region or self.region)

    def stack(self, stage: str, minutes: int = WAIT_MINUTES) -> Stack:
        """Raises DeployError if the stage is `local`."""
        if stage == LOCAL:
            raise DeployError(
                f"The stage {LOCAL!r} exists only on your machine (make run): its webhooks may "
                "reach any address of the network. Use another stage, for example STAGE=dev."
            )
        client = self.client("cloudformation")
        return Stack(client, stack_of(stage), deadline=60 * minutes, poll=self.poll)

    def identity(self) -> Identity:
        """Raises DeployError if AWS does not accept the credentials or cannot be reached."""
        try:
            found = self.client("sts").get_caller_identity()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise DeployError(WRONG_CREDENTIALS.get(code, str(error))) from None
        except EndpointConnectionError as error:
            raise DeployError(
                f"AWS cannot be reached in the region {self.region}: {error}. "
                "Check the network and the spelling of the region."
            ) from None
        except BotoCoreError as error:
            raise DeployError(f"The credentials cannot be loaded: {error}") from None
        return Identity(found["Account"], self.region, found["Arn"])


def session() -> Any:
    """A boto3 session. Raises DeployError if no region or no credentials are configured."""
    here = boto3.Session()
    if not here.region_name:
        raise DeployError("No region is set. Set AWS_DEFAULT_REGION, or run: aws configure")
    if here.get_credentials() is None:
        raise DeployError("There are no credentials. Set AWS_PROFILE, or run: aws configure")
    return here


def account(given: Account | None = None) -> Account:
    """`given`, or the account of the environment's credentials. Raises DeployError."""
    return given or Account(session())
