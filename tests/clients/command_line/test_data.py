"""`baton export` and `baton erase`."""

import json
import stat
from pathlib import Path

from baton_client import Baton
from tests.clients.app_server import CUT_BEFORE, AppServer
from tests.clients.command_line.setup import run


def test_a_bot_a_user_and_a_conversation_are_exported(
    server: AppServer, owner: None, tmp_path: Path
) -> None:
    with Baton(server.url, server.key) as bot:
        turn = bot.heard("web", "is exported", text="Keep this.")
        bot.heard("web", "somebody else", text="Not this.")
    file = tmp_path / "user.jsonl"

    whole = run("export", "--bot", "demo")
    user = run("export", "--bot", "demo", *("--channel", "web", "--user", "is exported"))
    one = run(
        "export", "--bot", "demo", "--conversation", turn.conversation_id, "--output", str(file)
    )

    assert (whole.exit_code, user.exit_code, one.exit_code) == (0, 0, 0), one.output
    assert json.loads(whole.stdout.splitlines()[0])["record"] == "bot"
    assert "Keep this." in user.stdout
    assert "Not this." not in user.stdout
    assert "Keep this." in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert one.stderr == f"{len(file.read_text().splitlines())} lines are in {file}.\n"


def test_an_export_has_all_pages(server: AppServer, owner: None) -> None:
    with Baton(server.url, server.key) as bot:
        for number in range(8):
            bot.heard("web", "writes much", text=f"{number} {'x' * 9_000}", message_id=f"x{number}")
        for number in range(60):
            payload = {"filler": "y" * 9_000, "number": number}
            bot.heard("web", "writes much", type="custom", payload=payload, message_id=f"y{number}")

    done = run("export", "--bot", "demo", "--channel", "web", "--user", "writes much")

    entries = [each for line in done.stdout.splitlines() if (each := json.loads(line)).get("seq")]
    assert [each["seq"] for each in entries] == [*range(1, 69)]
    assert len(done.stdout) > 512 * 1024


def test_an_export_that_fails_leaves_no_file(
    server: AppServer, owner: None, tmp_path: Path
) -> None:
    file = tmp_path / "whole.jsonl"
    file.write_text("the export of yesterday")
    server.control({"faults": [CUT_BEFORE] * 4})

    done = run("export", "--bot", "demo", "--output", str(file))

    server.control({"clear": True})
    assert done.exit_code == 5, done.output
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["whole.jsonl"]
    assert file.read_text() == "the export of yesterday"


def test_an_erasure_is_confirmed_and_then_done(server: AppServer, owner: None) -> None:
    with Baton(server.url, server.key) as bot:
        bot.heard("web", "wants to be forgotten", text="My secret.")
    asked = ["erase", "--bot", "demo", "web", "wants to be forgotten"]

    refused = run(*asked, input="n\n")
    assert refused.exit_code == 1
    assert "My secret." in run("export", "--bot", "demo").stdout

    done = run(*asked, "--yes", "--json")
    assert json.loads(done.stdout)["conversations"] == 1
    assert "My secret." not in run("export", "--bot", "demo").stdout


def test_nobody_by_that_name_is_an_exit_code(server: AppServer, owner: None) -> None:
    done = run("erase", "--bot", "demo", "web", "nobody", "--yes")

    assert (done.exit_code, "stored nothing" in done.output) == (4, True), done.output
