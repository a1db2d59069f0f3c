"""docs/openapi.yaml and docs/asyncapi.yaml describe the routes and events of Botpress."""

import re

from chalicelib.botpress import events
from chalicelib.botpress.routes import ROUTES
from tests.api.live.socket_client import DOCUMENT
from tests.support import openapi_document


def test_the_document_and_the_app_have_the_same_routes_of_botpress() -> None:
    documented = {
        resource
        for resource, operation in openapi_document.operations().items()
        if operation["tags"] == ["botpress"]
    }

    assert {(route.method, route.path) for route in ROUTES} == documented


def test_the_document_names_the_events_that_a_connection_may_subscribe_to() -> None:
    words, per_bot = DOCUMENT["components"]["schemas"]["BotpressEventName"]["oneOf"]

    assert set(words["enum"]) == events.NAMES
    assert re.fullmatch(per_bot["pattern"], events.topic("demo"))
    assert not re.fullmatch(per_bot["pattern"], events.topic(""))
