"""The API's description as JSON. `make openapi` writes it from docs/openapi.yaml."""

from functools import cache
from pathlib import Path

from chalicelib.entrypoints.http.framework import Call, Reply


def get_openapi_document(_: Call) -> Reply:
    return Reply(_document())


@cache
def _document() -> str:
    return (Path(__file__).parents[3] / "apidocs" / "openapi.json").read_text(encoding="utf-8")
