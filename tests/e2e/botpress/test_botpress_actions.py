"""Botpress v12 actions in real Node with real axios, against the running stack."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot_setup import PASSWORD, BotSetup, RunningStack
from tests.support.stack import ROOT

EXAMPLES = ROOT / "examples" / "botpress"
OUR_ACTION = EXAMPLES / "connect-to-agent.js"
FORUM_ACTION = Path(__file__).with_name("forum_action.js")
BOTPRESS = Path(__file__).with_name("botpress.js")
THREAD = "156085638552453280"
"""As the forum thread has it: longer than a JavaScript number is exact."""

each_axios = pytest.mark.parametrize("axios", ["axios", "axios-current"], ids=["0.21", "current"])


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `examples/botpress/package-lock.json` names, installed by npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        assert "CI" not in os.environ, "Node and npm are missing."
        pytest.skip("Node and npm are missing.")
    folder = tmp_path_factory.mktemp("botpress")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(EXAMPLES / name, folder)
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=90)
    return folder


def run_action(action: Path, axios: str, packages: Path, **context: Any) -> Any:
    ended = subprocess.run(
        ["node", str(BOTPRESS), str(action), axios],
        cwd=packages,
        # No proxy of the environment stands between axios and loopback.
        env={"PATH": os.environ["PATH"]},
        input=json.dumps({"args": {}, "env": {}, "filled": {}, **context}),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return json.loads(ended.stdout)


def event_of(scene: BotSetup, user: str = "zoe", thread: str | None = THREAD) -> dict[str, object]:
    return {
        "type": "text",
        "direction": "incoming",
        "id": f"event-of-{user}",
        "botId": scene.bot,
        "channel": "web",
        "target": user,
        "threadId": thread,
        "payload": {"type": "text", "text": "I want to talk to a person"},
        "preview": "I want to talk to a person",
    }


def run_forum_action(scene: BotSetup, axios: str, packages: Path) -> Any:
    """With its author's placeholders filled in, and nothing else."""
    filled = {
        "http://XXXXX:3000": scene.rest.url,
        '"email": "XXXXXX"': f'"email": "{scene.person("Ana").email}"',
        '"password": "XXXXX"': f'"password": "{PASSWORD}"',
    }
    return run_action(
        FORUM_ACTION,
        axios,
        packages,
        event=event_of(scene),
        user={"nickname": "Zoe"},
        filled=filled,
    )


def run_our_action(scene: BotSetup, axios: str, packages: Path, **event: object) -> Any:
    bots = json.dumps({scene.bot: {"key": scene.rest.token}})
    return run_action(
        OUR_ACTION,
        axios,
        packages,
        event=event_of(scene) | event,
        user={"nickname": "Zoe"},
        args={"reason": "wants a refund"},
        env={"EXPOSED_BATON_URL": scene.rest.url, "EXPOSED_BATON_BOTS": bots},
    )


def talk(scene: BotSetup, user: str, thread: str | None) -> str:
    return str(scene.user_says(user, "Hello", thread=thread)["conversation_id"])


def statuses(scene: BotSetup, *conversation_ids: str) -> list[str]:
    return [scene.rest.get(scene.one(id)).json["status"] for id in conversation_ids]


@each_axios
def test_the_forums_own_action_pauses_that_conversation_and_no_other(
    running: RunningStack, scene: BotSetup, packages: Path, axios: str
) -> None:
    elsewhere = running.bot()
    meant = talk(scene, "zoe", THREAD)
    others = [
        talk(scene, "zoe", "another thread"),
        talk(scene, "zoe", None),
        talk(scene, "yan", "1"),
    ]
    abroad = talk(elsewhere, "zoe", THREAD)

    outcome = run_forum_action(scene, axios, packages)

    assert outcome["error"] is None
    assert statuses(scene, meant, *others) == ["waiting", "bot", "bot", "bot"]
    assert statuses(elsewhere, abroad) == ["bot"]
    assert [n["message"] for n in outcome["notifications"]] == ["Zoe wants to talk to a real agent"]


@each_axios
def test_the_forums_action_gets_409_for_an_ambiguous_thread_id_and_pauses_nothing(
    scene: BotSetup, packages: Path, axios: str
) -> None:
    meant, other = talk(scene, "zoe", THREAD), talk(scene, "yan", THREAD)

    error = run_forum_action(scene, axios, packages)["error"]

    assert (error["status"], error["body"]["errorCode"]) == (409, "BP_0049")
    assert {candidate["id"] for candidate in error["body"]["candidates"]} == {meant, other}
    assert statuses(scene, meant, other) == ["bot", "bot"]


@each_axios
def test_our_action_names_the_conversation_by_its_address_and_tells_the_agents(
    scene: BotSetup, packages: Path, axios: str
) -> None:
    meant = talk(scene, "zoe", THREAD)
    others = [talk(scene, "yan", THREAD), talk(scene, "zoe", "another thread")]
    with scene.person("Ana").connect() as socket:
        outcome = run_our_action(scene, axios, packages)

        told = socket.wait_for(lambda frame: frame.get("event") == "head", 10)

    assert outcome["error"] is None
    assert outcome["temp"]["conversation"] == {"id": meant, "paused": True, "epoch": 2}
    assert statuses(scene, meant, *others) == ["waiting", "bot", "bot"]
    assert (told["head"]["id"], told["head"]["user_name"]) == (meant, "Zoe")
    assert told["head"]["handoff"]["reason"] == "wants a refund"


def test_our_action_run_twice_for_one_event_opens_one_handoff(
    scene: BotSetup, packages: Path
) -> None:
    first = run_our_action(scene, "axios", packages)["temp"]["conversation"]
    scene.rest.post(scene.one(first["id"], "unpause"))

    again = run_our_action(scene, "axios", packages)["temp"]["conversation"]

    assert again == first
    assert statuses(scene, first["id"]) == ["bot"]


def test_our_action_works_on_a_channel_without_threads(scene: BotSetup, packages: Path) -> None:
    meant = talk(scene, "zoe", None)

    outcome = run_our_action(scene, "axios", packages, threadId=None)

    assert outcome["temp"]["conversation"]["id"] == meant


def test_the_lock_file_names_no_registry_and_every_digest() -> None:
    lock = json.loads((EXAMPLES / "package-lock.json").read_text())
    installed = {path: facts for path, facts in lock["packages"].items() if path}

    assert not any("resolved" in facts for facts in installed.values())
    assert all(facts["integrity"].startswith("sha512-") for facts in installed.values())
