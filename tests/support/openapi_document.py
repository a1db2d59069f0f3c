"""Checks answers against docs/openapi.yaml: status, media type and every field."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

import yaml
from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from infra.generate.openapi import WRITTEN

METHODS = ("get", "put", "post", "patch", "delete")
NAME = "urn:baton:openapi"


class DocumentMismatch(AssertionError):
    """The document does not allow this answer or example."""


@cache
def document() -> Any:
    return yaml.load(WRITTEN.read_text(encoding="utf-8"), yaml.CSafeLoader)


@cache
def operations() -> dict[tuple[str, str], Any]:
    """The operations by method (in capitals) and path."""
    return {
        (method.upper(), path): item[method]
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    }


def check(method: str, path: str, status: int, content_type: str, body: Any) -> None:
    """Raises DocumentMismatch. Calls that the document does not know are not its business."""
    template = _template(path.partition("?")[0])
    if template and (method, template) in operations():
        _check_answer(method, template, status, content_type, body)


def _check_answer(method: str, path: str, status: int, content_type: str, body: Any) -> None:
    call = f"{method} {path}: {status}"
    answers = ["paths", path, method.lower(), "responses"]
    where, answer = _resolved([*answers, str(status)])
    if answer is None:
        where, answer = _resolved([*answers, f"{status // 100}XX"])
    if answer is None:
        raise DocumentMismatch(f"{call} is not in the document; it says {body}")
    media = content_type.partition(";")[0]
    content: Mapping[str, Any] = answer.get("content", {})
    if media not in content and (content or body):
        raise DocumentMismatch(f"{call} is {media}, and not {list(content)}")
    if media in content and media.endswith("json"):
        fit(body, [*where, "content", media, "schema"], call)


def fit(value: Any, where: list[str], what: str) -> None:
    """Raises DocumentMismatch if `value` does not fit the schema at this place in the document."""
    for error in _validator(_pointer(where)).iter_errors(value):
        place = "".join(f"/{part}" for part in error.instance_path)
        raise DocumentMismatch(f"{what}: {place}: {error.message}")


@cache
def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{NAME}#{quote(pointer)}"}, registry=_registry())


@cache
def _registry() -> Registry:
    return Registry([(NAME, document())], draft=Draft202012)


def _resolved(where: list[str]) -> tuple[list[str], Any]:
    """Follows `$ref`: the final place and the object there, or None."""
    found = document()
    for part in where:
        found = found.get(part)
        if found is None:
            return where, None
    if "$ref" in found:
        return _resolved(found["$ref"].removeprefix("#/").split("/"))
    return where, found


def _pointer(where: list[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)


@cache
def _template(path: str) -> str | None:
    """The path template of the document for this path; literal parts take precedence."""
    sent = path.split("/")
    known = sorted(document()["paths"], key=lambda each: each.count("{"))
    return next((each for each in known if _fits(each.split("/"), sent)), None)


def _fits(expected: list[str], sent: list[str]) -> bool:
    return len(expected) == len(sent) and all(
        name == value or name.startswith("{") for name, value in zip(expected, sent, strict=True)
    )


def parameters(method: str, path: str, place: str) -> list[Any]:
    """The parameters of an operation that are in this place: "path", "query" or "header"."""
    item = document()["paths"][path]
    listed = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
    known = document()["components"]["parameters"]
    found = [known[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in listed]
    return [each for each in found if each["in"] == place]
