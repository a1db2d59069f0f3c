"""An AWS account in memory for the deployment commands.

The commands use real boto3 clients. Each request is checked against AWS's own model of the service,
answered by a small class instead of the network, and the answer is checked in the same way.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import boto3
from botocore import xform_name
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from infra.deployment.account import Account

OWNER, REGION = "123456789012", "eu-central-1"
KEEP = "parameters of the call"


class Refused(Exception):
    """AWS answers with this error."""

    def __init__(self, code: str, text: str = "", status: int = 400) -> None:
        super().__init__(code, text)
        self.code, self.text, self.status = code, text, status


class FakeAws:
    """`services` holds the fakes by the service's name in boto3: a method for each operation, which
    takes the call's parameters and returns the answer or raises Refused. `calls` are all calls as
    (service, operation, parameters)."""

    def __init__(self, region: str = REGION) -> None:
        self.services: dict[str, Any] = {}
        self.calls: list[tuple[str, str, Mapping[str, Any]]] = []
        self.denied: set[str] = set()
        self.session = FakeSession(self, region)

    @property
    def account(self) -> Account:
        return Account(self.session, poll=0)

    def operations(self, service: str) -> list[str]:
        return [operation for of, operation, _ in self.calls if of == service]

    def answer(
        self, model: OperationModel, params: Mapping[str, Any]
    ) -> tuple[SimpleNamespace, dict[str, Any]]:
        service, operation = str(model.service_model.service_name), str(model.name)
        self.calls.append((service, operation, params))
        try:
            if f"{service}:{operation}" in self.denied:
                raise Refused("AccessDenied", f"You may not call {operation}.", 403)
            answer = getattr(self.services[service], xform_name(operation))(params) or {}
        except Refused as refusal:
            error = {"Code": refusal.code, "Message": refusal.text}
            return _response(refusal.status), {"Error": error, "ResponseMetadata": {}}
        if model.output_shape is not None and not model.has_streaming_output:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return _response(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


class FakeSession:
    """The part of a boto3 session that the commands use. Making a client takes long, so all
    sessions share their clients; the newest session answers."""

    _made: ClassVar[dict[tuple[str, str], Any]] = {}
    _newest: ClassVar[FakeAws]
    _boto3 = boto3.Session("an-id", "a-key")

    def __init__(self, aws: FakeAws, region: str) -> None:
        FakeSession._newest, self.region_name = aws, region

    def client(self, service: str, region_name: str | None = None) -> Any:
        place = service, region_name or self.region_name
        if place not in self._made:
            made: Any = self._boto3.client(service, region_name=place[1])
            made.meta.events.register("before-parameter-build.*.*", _remember)
            # botocore takes what the handler returns as the answer.
            made.meta.events.register("before-call.*.*", self._answer)
            self._made[place] = made
        return self._made[place]

    @classmethod
    def _answer(cls, model: OperationModel, context: dict[str, Any], **_: object) -> object:
        return cls._newest.answer(model, context[KEEP])


def _remember(params: Any, context: dict[str, Any], **_: object) -> None:
    context[KEEP] = params


def _response(status: int) -> SimpleNamespace:
    return SimpleNamespace(status_code=status, headers={}, content=b"", raw=None)
