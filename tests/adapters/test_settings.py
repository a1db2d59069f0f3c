"""The environment is read once, and refused in a sentence where it would do harm."""

import json
import os
import subprocess
import sys
from unittest.mock import patch

import pytest

from chalicelib.settings import settings
from tests.support.stack import ROOT

SOUND = {
    "BATON_STAGE": "prod",
    "AWS_REGION": "eu-central-1",
    "BATON_TABLE": "baton",
    "BATON_TOPIC_ARN": "arn",
    "BATON_QUEUE_URL": "queue",
    "BATON_DEAD_LETTER_URL": "dead",
    "BATON_FILES_BUCKET": "files",
    "BATON_FILES_URL": "https://files",
    "BATON_SOCKET_URL": "wss://a",
    "BATON_SOCKET_ENDPOINT": "https://a",
    "BATON_ORIGINS": "https://a https://b",
    "BATON_SECRET": "n" * 32 + " " + "o" * 32,
}


def read(**changed: str) -> str:
    """The settings, or the sentence that refuses them."""
    program = """
from chalicelib.settings import Misconfigured, settings
from chalicelib.wiring import AwsServices
try:
    s = settings()
    AwsServices(s).secrets
    AwsServices(s).rate_limits
    AwsServices(s).files
    print(s.stage, sorted(s.origins), [secret[0] for secret in s.secrets], s.log_level)
except Misconfigured as refusal:
    print(refusal)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SOUND, **changed},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return ran.stdout.strip()


def test_sound_settings_are_read() -> None:
    assert read() == "prod ['https://a', 'https://b'] ['n', 'o'] INFO"


@pytest.mark.parametrize("name", sorted(SOUND.keys() - {"BATON_ORIGINS"}))
def test_what_is_missing_is_named(name: str) -> None:
    assert read(**{name: ""}) == f"Set {name} in the function's environment; it is empty."


@pytest.mark.parametrize("secrets", ["short", "n" * 32 + " short", " "])
def test_a_secret_that_can_be_guessed_is_refused_beside_a_sound_one_as_well(secrets: str) -> None:
    wanted = "BATON_SECRET needs at least 32 random characters each."

    assert read(BATON_SECRET=secrets) == wanted


def test_a_log_level_that_does_not_exist_is_refused() -> None:
    assert read(BATON_LOG_LEVEL="LOUD") == (
        "BATON_LOG_LEVEL is one of INFO, WARNING, ERROR, not 'LOUD'."
    )


@pytest.mark.parametrize("key", ["alias/baton", "arn:aws:kms:eu-central-1:1:alias/baton", "1234"])
def test_the_key_of_webhook_secrets_is_named_by_its_arn(key: str) -> None:
    told = f"BATON_SECRETS_KEY is the ARN of a KMS key or empty, not {key!r}."

    assert read(BATON_SECRETS_KEY=key) == told
    assert read(BATON_SECRETS_KEY="arn:aws:kms:eu-central-1:1:key/2").startswith("prod")


@pytest.mark.parametrize(
    ("shards", "filled", "sentence"),
    [
        ("0", "", "BATON_SHARDS is a number from 1 to 1000, not '0'."),
        ("many", "", "BATON_SHARDS is a number from 1 to 1000, not 'many'."),
        ("2", "4", "BATON_FILLED_SHARDS is a number from 1 to 2, not '4'."),
    ],
)
def test_lists_are_filled_from_where_they_are_read(shards: str, filled: str, sentence: str) -> None:
    assert read(BATON_SHARDS=shards, BATON_FILLED_SHARDS=filled) == sentence


def test_without_an_origin_no_page_may_connect() -> None:
    assert read(BATON_ORIGINS="") == "prod [] ['n', 'o'] INFO"


def test_a_session_is_never_idle_for_longer_than_it_lives() -> None:
    told = "BATON_SESSION_IDLE_HOURS is a number from 1 to 2160, not '0'."

    assert read(BATON_SESSION_HOURS="8", BATON_SESSION_IDLE_HOURS="0") == told
    for idle, hours in (("", 8), ("9", 8), ("2", 2)):
        limits = {"BATON_SESSION_HOURS": "8", "BATON_SESSION_IDLE_HOURS": idle}
        with patch.dict(os.environ, {**SOUND, **limits}, clear=True):
            assert settings.__wrapped__().idle_hours == hours


@pytest.mark.parametrize("text", ["", "off", "key=200/1s+1000 typing=off", "exports=1/3600s+1"])
def test_rate_limits_are_changed_by_their_names(text: str) -> None:
    assert read(BATON_LIMITS=text).startswith("prod")


@pytest.mark.parametrize(
    "text", ["key=fast", "key=0/1s+5", "key=5", "key", "typing=5/1s", "off off"]
)
def test_a_rate_limit_that_makes_no_sense_is_refused(text: str) -> None:
    assert read(BATON_LIMITS=text).startswith("BATON_LIMITS: ")


def test_a_rate_limit_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert "there is no limit 'keey'; the limits are key, person, bot" in read(
        BATON_LIMITS="keey=5/1s+5"
    )


SIGN_ON = {
    "issuer": "https://login.example.test",
    "client_id": "baton",
    "client_secret": "not-shown-anywhere",
    "address": "https://desk.example.test",
    "domains": ["example.test"],
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"issuer": "http://login.example.test"}, "issuer is a URL that begins with https://."),
        ({"address": "http://localhost:8000"}, "address is a URL that begins with https://."),
        ({"domains": []}, "domains, client_id and client_secret are not empty."),
        ({"client_secret": ""}, "domains, client_id and client_secret are not empty."),
        ({"domain": "a"}, "Object contains unknown field `domain`."),
        (
            {"memberships": {"a": {"demo": "owner"}}},
            "Invalid enum value 'owner' - at `$.memberships[...][...]`.",
        ),
    ],
)
def test_wrong_settings_of_single_sign_on_are_refused(
    changed: dict[str, object], sentence: str
) -> None:
    said = read(BATON_OIDC=json.dumps(SIGN_ON | changed))

    assert said == f"BATON_OIDC: {sentence}"


def test_settings_of_single_sign_on_that_are_no_json_are_not_repeated() -> None:
    assert read(BATON_OIDC="{'client_secret': 'abc'}") == "BATON_OIDC is not JSON."


def test_sound_settings_of_single_sign_on_are_read() -> None:
    assert read(BATON_OIDC=json.dumps(SIGN_ON)).startswith("prod")


def test_a_rule_for_second_factors_that_does_not_exist_is_refused() -> None:
    told = "BATON_SECOND_FACTOR is one of optional, off, admins, everybody, not 'some'."

    assert read(BATON_SECOND_FACTOR="some") == told
