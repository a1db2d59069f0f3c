"""The descriptions of the API and of its events as JSON. `make openapi` writes them from
docs/openapi.yaml and docs/asyncapi.yaml."""

from functools import cache
from pathlib import Path

from chalicelib.entrypoints.http.framework import Call, Reply


def get_openapi_document(_: Call) -> Reply:
    return Reply(_document("openapi.json"))


def get_asyncapi_document(_: Call) -> Reply:
    return Reply(_document("asyncapi.json"))


@cache
def _document(name: str) -> str:
    return (Path(__file__).parents[3] / "apidocs" / name).read_text(encoding="utf-8")
