"""The commands and numbers of docs/operations.md."""

import math
import os
import re
import sys
from pathlib import Path

import pytest

from chalicelib.settings import IDLE_HOURS
from chalicelib.usecases.webhooks.worker import WAITS
from infra.local.aws.messaging import MAX_RECEIVES
from infra.template.alarms import alarms
from tests.e2e.bot_setup import RunningStack
from tests.operate.conftest import NAMES
from tests.operate.test_monitoring import OURS
from tests.support import shell_blocks
from tests.support.stack import ROOT

HOUR = 60 * 60 * 1000
PAGE = ROOT / "docs/operations.md"
AWS = re.compile(r"^\s*(aws |.*\$\(aws )", re.MULTILINE)


def test_the_commands_of_the_operations_page_succeed(running: RunningStack) -> None:
    here = str(Path(sys.executable).parent)
    environment = {
        "PATH": os.pathsep.join([here, os.environ["PATH"]]),
        "STATE": str(running.stack.state),
    }

    printed = shell_blocks.run(PAGE, environment, ROOT, seconds=100)

    assert len(printed[0].strip()) >= 32
    assert "about " in printed[-1]


def test_commands_that_call_aws_are_marked_as_not_run() -> None:
    run = [block.commands for block in shell_blocks.blocks(PAGE.read_text())]

    assert AWS.search(PAGE.read_text())
    assert [commands for commands in run if AWS.search(commands)] == []


def test_every_link_of_the_operations_page_resolves() -> None:
    page = PAGE.read_text()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    links = re.findall(r"\]\(([^)]+)\)", page)

    assert len(links) > 3
    broken = [
        link for link in links if not (link[1:] in anchors if link[0] == "#" else exists(link))
    ]
    assert broken == []


def exists(link: str) -> bool:
    """`tests/architecture` checks the headings of other pages."""
    return (PAGE.parent / link.partition("#")[0]).exists()


@pytest.mark.parametrize(
    "said",
    [
        "refused eight times" if len(WAITS) + 1 == 8 else "?",
        f"received {MAX_RECEIVES:,} times",
        f"After {IDLE_HOURS} hours, the life of a refresh token",
        f"at most {math.ceil(sum(WAITS) * 1000 / HOUR)} hours".replace("9", "nine"),
        f"{len(OURS)} metrics and {len(alarms(NAMES)) - 1} alarms",
    ],
)
def test_the_numbers_in_the_page_are_those_of_the_code(said: str) -> None:
    assert said in PAGE.read_text()
