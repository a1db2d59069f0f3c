"""docs/openapi.yaml and the app agree, in both directions."""

import json
from collections.abc import Iterator, Set
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import validate

from chalicelib.domain import errors
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.entrypoints.http import route_table
from chalicelib.entrypoints.http.framework import InternalError
from chalicelib.entrypoints.http.schemas import accounts, admin, conversations, messages
from infra.generate.openapi import SERVED, SERVED_EVENTS, WRITTEN, as_json, events_as_json
from tests.api.calls import NATIVE, PEOPLE, ROWS, Resource
from tests.support import openapi_document
from tests.support.api import Api

DOCUMENT = openapi_document.document()
LIVE = WRITTEN.with_name("asyncapi.yaml")
OPERATIONS = openapi_document.operations()
NATIVE_OPERATIONS = {
    resource for resource, operation in OPERATIONS.items() if operation["tags"] != ["botpress"]
}
"""tests/botpress compares the others with the app."""
SCHEMAS = DOCUMENT["components"]["schemas"]


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_document_and_the_app_have_the_same_routes() -> None:
    assert {(route.method, route.path) for route in route_table.NATIVE} == NATIVE_OPERATIONS


def test_the_served_json_equals_the_yaml(nobody: Api) -> None:
    answer = nobody.get("/openapi.json")

    assert SERVED.read_text(encoding="utf-8") == as_json(), "run `make openapi`"
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json == DOCUMENT


def test_the_served_document_of_the_events_equals_the_yaml(nobody: Api) -> None:
    answer = nobody.get("/asyncapi.json")

    assert SERVED_EVENTS.read_text(encoding="utf-8") == events_as_json(), "run `make openapi`"
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json == json.loads(events_as_json())
    assert "openapi.yaml#" not in answer.text


# Names that a generated client takes over

VERBS = frozenset(
    (
        "accept",
        "assign",
        "begin",
        "change",
        "check",
        "claim",
        "commit",
        "confirm",
        "configure",
        "confirm",
        "create",
        "delete",
        "disable",
        "enable",
        "end",
        "find",
        "erase",
        "finish",
        "get",
        "invite",
        "list",
        "log",
        "mark",
        "pause",
        "rate",
        "record",
        "refresh",
        "reject",
        "release",
        "remove",
        "rename",
        "replay",
        "request",
        "resend",
        "reset",
        "resolve",
        "revoke",
        "rotate",
        "save",
        "search",
        "send",
        "set",
        "snooze",
        "start",
        "test",
        "transfer",
        "unpause",
        "update",
    )
)
LONGEST_SUMMARY = 60
ONLY_FOR_VALIDATORS = frozenset({"const", "if", "then", "else"})


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("resource", OPERATIONS)
def test_an_operation_has_a_verb_and_a_noun_as_its_id_a_short_summary_and_one_tag(
    resource: Resource,
) -> None:
    operation = OPERATIONS[resource]
    verb, _, noun = operation["operationId"].partition("_")

    assert verb in VERBS, f"add {verb} to VERBS if it is a verb"
    assert noun
    assert 0 < len(operation["summary"]) <= LONGEST_SUMMARY
    assert not operation["summary"].endswith(".")
    assert operation["description"]
    assert len(operation["tags"]) == 1
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}


def test_schemas_use_no_keyword_that_client_generators_ignore() -> None:
    used = {keyword for schema in _objects(DOCUMENT) for keyword in schema}

    assert not used & ONLY_FOR_VALIDATORS, "write a one-value `enum` or say it in the description"


def test_an_object_without_properties_says_whether_it_may_have_any() -> None:
    silent = [
        schema
        for schema in _objects(DOCUMENT)
        if "object" in schema.get("type", ())
        and not {"properties", "additionalProperties"} & set(schema)
    ]

    assert silent == [], "free JSON has `additionalProperties: true`"


def test_each_component_is_used() -> None:
    text = WRITTEN.read_text(encoding="utf-8") + LIVE.read_text(encoding="utf-8")
    kinds = ("parameters", "requestBodies", "responses", "schemas")
    names = [
        f"#/components/{kind}/{name}" for kind in kinds for name in DOCUMENT["components"][kind]
    ]

    assert [name for name in names if f"{name}'" not in text] == []


def _objects(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(each)


@pytest.mark.parametrize("resource", OPERATIONS)
def test_an_operation_declares_the_parameters_of_its_path(resource: Resource) -> None:
    path = resource[1]

    in_path = [each["name"] for each in openapi_document.parameters(*resource, "path")]

    assert sorted(in_path) == sorted(part[1:-1] for part in path.split("/") if part[:1] == "{")


@pytest.mark.parametrize("resource", NATIVE)
def test_the_security_of_an_operation_names_the_callers_that_are_allowed(
    resource: Resource,
) -> None:
    named = {scheme for each in OPERATIONS[resource]["security"] for scheme in each}
    may = ROWS[resource].may

    if "nobody" in may:
        assert named == set()
    else:
        assert named == ({"botKey"} if "bot" in may else set()) | (
            {"person"} if may & PEOPLE else set()
        )


# Examples


def _examples(node: Any, where: list[str]) -> Iterator[tuple[list[str], Any]]:
    """Yield each example with the path of its schema in the document."""
    if isinstance(node, list):
        for each in node:
            yield from _examples(each, where)
    elif isinstance(node, dict):
        if "schema" in node and ("example" in node or "examples" in node):
            given = [node["example"]] if "example" in node else []
            given += [each["value"] for each in node.get("examples", {}).values()]
            yield from (([*where, "schema"], each) for each in given)
        for name, each in node.items():
            yield from _examples(each, [*where, name])


EXAMPLES = [
    pytest.param(where, example, id="/".join(where)[-70:])
    for where, example in _examples(DOCUMENT, [])
    if "parameters" not in where
]


@pytest.mark.parametrize(("where", "example"), EXAMPLES)
def test_an_example_fits_its_schema(where: list[str], example: object) -> None:
    openapi_document.fit(example, where, "example")


# Request schemas, enums and error codes

BODIES: dict[str, type[msgspec.Struct]] = {
    "UserProfile": messages.UserProfile,
    "MessageRequest": messages.MessageRequest,
    "ConversationMessageRequest": messages.ConversationMessageRequest,
    "PauseRequest": conversations.PauseRequest,
    "PauseByAddressRequest": conversations.PauseByAddressRequest,
    "UnpauseRequest": conversations.UnpauseRequest,
    "EpochRequest": conversations.EpochRequest,
    "TransferRequest": conversations.TransferRequest,
    "NoteRequest": conversations.NoteRequest,
    "TextRequest": conversations.TextRequest,
    "TagsRequest": conversations.TagsRequest,
    "NotificationRequest": admin.NotificationRequest,
    "LoginRequest": accounts.LoginRequest,
    "RefreshRequest": accounts.RefreshRequest,
}


@pytest.mark.parametrize("name", BODIES)
def test_a_request_schema_has_the_fields_of_its_struct(name: str) -> None:
    fields = msgspec.structs.fields(BODIES[name])

    assert {field.encode_name for field in fields} == set(SCHEMAS[name]["properties"])
    needed = {field.encode_name for field in fields if field.required}
    assert needed == set(SCHEMAS[name].get("required", []))
    assert SCHEMAS[name]["additionalProperties"] is False


ENUMS: dict[str, Set[StrEnum]] = {
    "ConversationStatus": set(Status),
    "PresenceStatus": set(PresenceStatus),
    "Outcome": set(Outcome),
    "EntryKind": set(Kind) - {Kind.UNKNOWN},
}


NEVER_SHOWN = {Kind.UNKNOWN}
"""Entries that a newer release has written are left out of every answer."""


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_values_of_the_domain(name: str) -> None:
    shown = [value for value in ENUMS[name] if value not in NEVER_SHOWN]

    assert sorted(SCHEMAS[name]["enum"]) == sorted(shown)


def test_error_codes_are_those_of_the_error_classes() -> None:
    assert sorted(SCHEMAS["ErrorCode"]["enum"]) == sorted(_codes(errors.BatonError) - {"error"})
    assert InternalError.code in SCHEMAS["ErrorCode"]["enum"]


def _codes(kind: type[errors.BatonError]) -> set[str]:
    """The codes of all errors that native routes can answer."""
    natives = (each for each in kind.__subclasses__() if "botpress" not in each.__module__)
    return {kind.code}.union(*(_codes(each) for each in natives))


# tests/support/api.py checks every answer against the document

HEAD = {"status": "ok"}
WRONG = [
    pytest.param(418, "application/json", HEAD, id="a status that it does not name"),
    pytest.param(200, "text/plain", HEAD, id="another media type"),
    pytest.param(200, "application/json", {}, id="a field that is missing"),
    pytest.param(200, "application/json", {**HEAD, "more": 1}, id="a field too many"),
    pytest.param(200, "application/json", {"status": 1}, id="a field of another type"),
]


@pytest.mark.parametrize(("status", "content_type", "body"), WRONG)
def test_an_answer_that_the_document_does_not_allow_fails(
    status: int, content_type: str, body: object
) -> None:
    openapi_document.check("GET", "/healthz", 200, "application/json", HEAD)

    with pytest.raises(openapi_document.DocumentMismatch):
        openapi_document.check("GET", "/healthz", status, content_type, body)
