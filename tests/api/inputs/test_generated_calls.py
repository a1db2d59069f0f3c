"""schemathesis generates valid and invalid calls and sends them to the local gateway.

No answer may be a 5xx, and every answer must fit docs/openapi.yaml.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from chalice.app import Chalice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks

from chalicelib.entrypoints.http.framework import register
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.records.people import Device
from infra.local.gateway.limits import Limits
from infra.local.gateway.rest import RestApi
from infra.local.invocation import Workers, isolate
from tests.api.calls import Ids, Resource, staged
from tests.support.api import DEMO_KEY, Api
from tests.support.openapi_document import document, operations
from tests.support.services import MemoryServices

pytestmark = pytest.mark.slow

BRIEFLY = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SOUND = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


class Described:
    """The document as a schemathesis schema, and the app behind it."""

    def __init__(self, workers: Workers) -> None:
        self.services = MemoryServices()
        self._sources = count()
        app = Chalice(app_name="baton-under-test")
        register(app, all_routes(), lambda: self.services)
        isolate(app)
        gateway = RestApi(app, workers, Limits(), "local")
        self.schema: BaseSchema = schemathesis.openapi.from_asgi("/openapi.json", gateway)

    def begin(self) -> Ids:
        """Create new services with one waiting conversation."""
        self.services = MemoryServices()
        bot = Api(self.services, DEMO_KEY)
        return staged(bot, bot, "waiting")

    def token(self, schemes: set[str]) -> str:
        """The bot's key if the schemes accept keys, otherwise an access token of the owner."""
        if "botKey" in schemes:
            return DEMO_KEY
        device = Device(f"10.0.0.{next(self._sources)}")
        owner = sessions.login(self.services, "owner@example.test", "owner-demo", device)
        return owner.access.text


@pytest.fixture(scope="module")
def described() -> Iterator[Described]:
    workers = Workers(2)
    yield Described(workers)
    workers.stop()


def _takes_something(resource: Resource) -> bool:
    operation, item = operations()[resource], document()["paths"][resource[1]]
    return "requestBody" in operation or "parameters" in operation or "parameters" in item


SERVED = {(route.method, route.path) for route in all_routes()}
CALLS = [
    (resource, mode)
    for resource in sorted(SERVED & operations().keys())
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or _takes_something(resource)
]


@pytest.mark.parametrize(("resource", "mode"), CALLS)
def test_every_answer_to_a_generated_call_fits_the_document(
    resource: Resource, mode: GenerationMode, described: Described
) -> None:
    method, path = resource
    schemes = {name for each in operations()[resource]["security"] for name in each}
    cases = described.schema[path][method].as_strategy(generation_mode=mode)
    ids = described.begin()

    @BRIEFLY
    @given(cases, st.booleans())
    def answered(case: schemathesis.Case[Any], known: bool) -> None:
        if known:
            case.path_parameters |= {"bot": "demo", "id": ids.of(path)}
        headers = {"Authorization": f"Bearer {described.token(schemes)}"}
        case.call_and_validate(headers=headers, checks=SOUND)

    answered()
