"""Runs the commands of a documentation page.

All ```sh blocks of a file run in order in one bash. A block after `<!-- not run: reason -->` is
skipped. If a ```text block follows, the commands must print exactly that text.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(
    r"(?P<skip><!-- not run: [^>]+ -->\s*\n)?^```sh\n(?P<commands>.*?)^```\n"
    r"(\s*^```text\n(?P<printed>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
END = "--- end of block {} ---"


@dataclass(frozen=True, slots=True)
class Block:
    """`printed` is None if no ```text block follows."""

    commands: str
    printed: str | None


def blocks(page: str) -> list[Block]:
    found = BLOCK.finditer(page)
    return [Block(m["commands"], m["printed"]) for m in found if not m["skip"]]


def run(file: Path, environment: Mapping[str, str], folder: Path, seconds: float) -> list[str]:
    """The output of each block. Raises AssertionError if one fails or prints something else."""
    wanted = blocks(file.read_text())
    assert wanted, f"{file.name} has no commands"
    script = "".join(
        f"{block.commands}\necho '{END.format(number)}'\n" for number, block in enumerate(wanted)
    )
    ended = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + script],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    printed = _by_block(ended.stdout, len(wanted))
    if ended.returncode:
        failed = wanted[len(printed) - 1].commands
        raise AssertionError(f"{file.name}: failed\n{failed}\n{ended.stdout}\n{ended.stderr}")
    for block, text in zip(wanted, printed, strict=True):
        assert block.printed in (None, text), f"{block.commands}printed\n{text}"
    return printed


def _by_block(output: str, number: int) -> list[str]:
    """The output of the completed blocks and of the first incomplete one."""
    printed = []
    for block in range(number):
        text, ended, output = output.partition(END.format(block) + "\n")
        printed.append(text)
        if not ended:
            break
    return printed
