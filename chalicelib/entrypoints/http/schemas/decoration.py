"""Fields that decorate a message or a request for a person. If such a field does not fit, it is cut
or ignored, and the answer has a warning: the message itself must not be lost."""

from msgspec import Struct

from chalicelib.domain.characters import cut, without_controls
from chalicelib.entrypoints.http.schemas.parsing import (
    FieldError,
    JsonObject,
    identifier,
    json_object,
)
from chalicelib.usecases.records.answers import AnswerWarning

CUT_MARK = "…"


class Misfit(Struct, frozen=True):
    """A field that does not fit: the rule that it breaks, and what is done about it."""

    code: str
    field: str
    rule: str
    done: str

    @property
    def warning(self) -> AnswerWarning:
        return AnswerWarning(self.code, self.field, f"{self.rule}. {self.done}")


def fitting_text(field: str, value: str | None, limit: int) -> tuple[str | None, Misfit | None]:
    """The text without control characters, cut to `limit` characters. None if nothing is left."""
    if value is None:
        return None, None
    text, rule = without_controls(value), f"`{field}` takes 1 to {limit} characters"
    if not text:
        return None, _ignored(field, rule)
    shortened = cut(text, limit, CUT_MARK)
    if shortened == text:
        return text, None
    return shortened, Misfit(f"{_last(field)}_cut", field, rule, "The rest was left out.")


def fitting_name(field: str, value: object, limit: int) -> tuple[str | None, Misfit | None]:
    """The name in one line, cut to `limit` characters. None if it shows nothing."""
    if value is None:
        return None, None
    rule = f"`{field}` takes 1 to {limit} characters"
    if not isinstance(value, str):
        return None, _ignored(field, f"`{field}` is a text")
    spaced = "".join(" " if character in "\t\n\r" else character for character in value)
    name = without_controls(spaced)
    if not name or (name != value and not name.strip()):
        return None, _ignored(field, rule)
    if len(name) <= limit:
        return name, None
    misfit = Misfit(f"{_last(field)}_cut", field, rule, "The rest was left out.")
    return cut(name, limit), misfit


def fitting_object(field: str, value: object) -> tuple[JsonObject | None, Misfit | None]:
    if value is None:
        return None, None
    if not isinstance(value, dict):
        return None, _ignored(field, f"`{field}` is a JSON object")
    try:
        json_object(field, value)
    except FieldError as error:
        return None, _ignored(field, str(error))
    return value, None


def fitting_identifier(
    field: str, value: str | None, limit: int
) -> tuple[str | None, Misfit | None]:
    try:
        identifier(field, value, limit)
    except FieldError as error:
        return None, _ignored(field, str(error))
    return value, None


def _ignored(field: str, rule: str) -> Misfit:
    return Misfit(f"{_last(field)}_ignored", field, rule, "It was ignored.")


def _last(field: str) -> str:
    return field.rpartition(".")[2]
