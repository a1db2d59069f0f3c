"""The only module that reads the environment: at the first use, never at import."""

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from msgspec import Struct, field

LOCAL = "local"
MIN_SECRET_LENGTH = 32
MAX_SHARDS = 1000
"""Every list reads each shard."""
IDLE_HOURS, SESSION_HOURS = 12, 7 * 24
MAX_SESSION_HOURS = 90 * 24
LOG_LEVELS = ("INFO", "WARNING", "ERROR")
"""The first is the default."""
OFF = "off"
RATE_PATTERN = r"([1-9][0-9]{0,5})/([1-9][0-9]{0,4})s\+([1-9][0-9]{0,5})"
MAIL_PATTERN = r"[^\s@<>]+@[^\s@<>]+"
RateSetting = tuple[int, int, int]
"""Calls, seconds and burst of a rate limit."""
WATCHING = ("full", "basic", "off")
"""These values say which metrics are recorded. The first is the default."""


SECOND_FACTOR = ("optional", "off", "admins", "everybody")
"""The rules about who needs a second factor to log in. The first is the default."""


class Misconfigured(Exception):
    """Its message tells the person who deploys which variable to set, and to what."""


class SignOn(Struct, frozen=True, forbid_unknown_fields=True):
    """`BATON_OIDC`, as JSON. `address` is where people open Baton; the provider sends them back to
    `<address>/api/v1/auth/oidc/callback`. `memberships` maps values of the claim to bots and roles:
    `{"support": {"shop": "agent"}}`."""

    issuer: str
    client_id: str
    client_secret: str
    address: str
    domains: tuple[str, ...]
    label: str = ""
    creates_accounts: bool = False
    claim: str = ""
    memberships: dict[str, dict[str, Literal["agent", "supervisor", "admin"]]] = {}


class Settings(Struct, frozen=True):
    """Only pages of `origins` may open a WebSocket. Lists are read from `shards` partitions; rows
    are written to `filled_shards` of them. Only `log_level` INFO logs requests, and
    `watching` says which metrics are recorded.
    People's sessions end `idle_hours` after their last use and `session_hours` after their login.
    `limits` are the rate limits that differ, None in it for one that is off; None if all are.
    `mail_sender` is the address from which mails come; "" if none are sent. `console_url` is the
    console's address, in the functions that send mails and web push.
    `secrets` is empty in a function that neither signs nor verifies anything. `edge_token` is what
    our CloudFront distribution sends with each request; "" without one. `secrets_key` is the ARN of
    the KMS key that seals stored secrets; "" leaves them unsealed. `files_url` is the address of
    the bucket of files, under which browsers reach it."""

    stage: str
    region: str
    table: str
    topic_arn: str
    queue_url: str
    dead_letter_url: str
    socket_url: str
    socket_endpoint: str
    origins: frozenset[str]
    secrets: tuple[str, ...]
    shards: int
    endpoint: str | None
    filled_shards: int | None = None
    log_level: str = LOG_LEVELS[0]
    watching: str = WATCHING[0]
    edge_token: str = ""
    secrets_key: str = ""
    files_bucket: str = ""
    files_url: str = ""
    session_hours: int = SESSION_HOURS
    idle_hours: int = IDLE_HOURS
    second_factor: str = SECOND_FACTOR[0]
    limits: Mapping[str, RateSetting | None] | None = field(default_factory=dict)
    sign_on: SignOn | None = None
    mail_sender: str = ""
    console_url: str = ""
    push_queue_url: str = ""

    @property
    def is_local(self) -> bool:
        return self.stage == LOCAL


@cache
def settings() -> Settings:
    """Raises Misconfigured."""
    shards = _count("BATON_SHARDS", 1, most=MAX_SHARDS)
    session_hours = _count("BATON_SESSION_HOURS", SESSION_HOURS, most=MAX_SESSION_HOURS)
    idle_hours = _count("BATON_SESSION_IDLE_HOURS", IDLE_HOURS, most=MAX_SESSION_HOURS)
    return Settings(
        stage=_required("BATON_STAGE"),
        region=_required("AWS_REGION", "AWS_DEFAULT_REGION"),
        table=_required("BATON_TABLE"),
        topic_arn=_required("BATON_TOPIC_ARN"),
        queue_url=_required("BATON_QUEUE_URL"),
        dead_letter_url=_required("BATON_DEAD_LETTER_URL"),
        socket_url=_required("BATON_SOCKET_URL"),
        socket_endpoint=_required("BATON_SOCKET_ENDPOINT"),
        origins=frozenset(os.environ.get("BATON_ORIGINS", "").split()),
        secrets=_secrets(os.environ.get("BATON_SECRET", "")),
        shards=shards,
        filled_shards=_count("BATON_FILLED_SHARDS", shards, most=shards),
        endpoint=os.environ.get("AWS_ENDPOINT_URL"),
        session_hours=session_hours,
        # A template cannot compare two parameters, so a longer idle limit is no mistake.
        idle_hours=min(idle_hours, session_hours),
        log_level=_one_of("BATON_LOG_LEVEL", LOG_LEVELS),
        watching=_one_of("BATON_WATCHING", WATCHING),
        second_factor=_one_of("BATON_SECOND_FACTOR", SECOND_FACTOR),
        sign_on=_sign_on(os.environ.get("BATON_OIDC", "")),
        mail_sender=_mail_address("BATON_MAIL_SENDER"),
        # A stack of an earlier release has no such queue. Only web push fails there.
        push_queue_url=os.environ.get("BATON_PUSH_QUEUE_URL", ""),
        console_url=os.environ.get("BATON_CONSOLE_URL", ""),
        edge_token=os.environ.get("BATON_EDGE_TOKEN", ""),
        secrets_key=_key("BATON_SECRETS_KEY"),
        # A stack of an earlier release has no bucket. Only what needs a file fails there.
        files_bucket=os.environ.get("BATON_FILES_BUCKET", ""),
        files_url=os.environ.get("BATON_FILES_URL", ""),
        limits=_limits(os.environ.get("BATON_LIMITS", "")),
    )


def _required(*names: str) -> str:
    for name in names:
        if os.environ.get(name):
            return os.environ[name]
    raise Misconfigured(f"Set {names[0]} in the function's environment; it is empty.")


def _count(name: str, otherwise: int, most: int) -> int:
    value = os.environ.get(name) or str(otherwise)
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= most):
        raise Misconfigured(f"{name} is a number from 1 to {most}, not {value!r}.")
    return int(value)


def _one_of(name: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(name, choices[0])
    if value not in choices:
        raise Misconfigured(f"{name} is one of {', '.join(choices)}, not {value!r}.")
    return value


def _limits(text: str) -> Mapping[str, RateSetting | None] | None:
    """From `key=200/1s+1000 typing=off`, or `off`, which is None."""
    if text.strip() == OFF:
        return None
    limits: dict[str, RateSetting | None] = {}
    for setting in text.split():
        name, _, value = setting.partition("=")
        rate = re.fullmatch(RATE_PATTERN, value)
        if rate is None and value != OFF:
            raise Misconfigured(
                f"BATON_LIMITS: a limit is `off`, or calls, seconds and burst as in"
                f" `key=100/1s+500`, not {setting!r}."
            )
        limits[name] = (int(rate[1]), int(rate[2]), int(rate[3])) if rate else None
    return limits


def _key(name: str) -> str:
    """An alias is refused, because the functions' policies name keys."""
    value = os.environ.get(name, "")
    if value and not (value.startswith("arn:") and ":key/" in value):
        raise Misconfigured(f"{name} is the ARN of a KMS key or empty, not {value!r}.")
    return value


def _sign_on(text: str) -> SignOn | None:
    """The text holds a secret, so no sentence repeats it."""
    if not text.strip():
        return None
    from msgspec import ValidationError, json

    try:
        given = json.decode(text, type=SignOn)
    except ValidationError as error:
        raise Misconfigured(f"BATON_OIDC: {error}.") from None
    except ValueError:
        raise Misconfigured("BATON_OIDC is not JSON.") from None
    for name in ("issuer", "address"):
        if not _is_safe(getattr(given, name)):
            raise Misconfigured(f"BATON_OIDC: {name} is a URL that begins with https://.")
    if not given.domains or not (given.client_id and given.client_secret):
        raise Misconfigured("BATON_OIDC: domains, client_id and client_secret are not empty.")
    return given


def _is_safe(url: str) -> bool:
    """Only on this machine, for development, a URL may lack TLS."""
    is_local = os.environ.get("BATON_STAGE") == LOCAL
    begins = ("https://", "http://127.0.0.1:", "http://localhost:") if is_local else ("https://",)
    return url.startswith(begins)


def _mail_address(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(MAIL_PATTERN, value):
        raise Misconfigured(f"{name} is an e-mail address without a name, not {value!r}.")
    return value


def _secrets(text: str) -> tuple[str, ...]:
    """Refuses short secrets, because a guessable secret protects nothing."""
    values = tuple(text.split())
    if text and (not values or min(map(len, values)) < MIN_SECRET_LENGTH):
        raise Misconfigured(
            f"BATON_SECRET needs at least {MIN_SECRET_LENGTH} random characters each."
        )
    return values
