"""Finds the app's route for a path, by API Gateway's rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

CATCH_ALL = "/{proxy+}"


@dataclass(frozen=True)
class Match:
    resource: str
    parameters: dict[str, str]


class Routes:
    """Literal segments take precedence over variables. A variable matches one non-empty segment.
    What nothing matches belongs to `/{proxy+}`, which the template adds."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._resources = sorted(
            ((resource, _segments(resource)) for resource in resources),
            key=lambda entry: [_is_variable(segment) for segment in entry[1]],
        )

    def match(self, raw_path: str) -> Match:
        """Parameters are not decoded. One trailing slash is ignored."""
        path = raw_path[:-1] if len(raw_path) > 1 and raw_path.endswith("/") else raw_path
        sent = _segments(path)
        for resource, expected in self._resources:
            if _fits(expected, sent):
                return Match(resource, _captured(expected, sent))
        return Match(CATCH_ALL, {"proxy": raw_path[1:]}) if sent != [""] else Match("/", {})


def _segments(path: str) -> list[str]:
    return path.split("/")[1:]


def _is_variable(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _fits(expected: list[str], sent: list[str]) -> bool:
    return len(expected) == len(sent) and all(
        bool(value) if _is_variable(name) else unquote(value) == name
        for name, value in zip(expected, sent, strict=True)
    )


def _captured(expected: list[str], sent: list[str]) -> dict[str, str]:
    pairs = zip(expected, sent, strict=True)
    return {name[1:-1]: value for name, value in pairs if _is_variable(name)}
