"""The commands of the documentation pages, run against the stack."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.bot_setup import RunningStack
from tests.support import shell_blocks
from tests.support.stack import ROOT

README = ROOT / "README.md"
PAGE = """
```sh
name=Zoe
```
Words between, and `code`.

<!-- not run: it would take for ever -->
```sh
sleep 1000000
```

```python
raise SystemExit
```
```sh
echo "Hello $name"
```
```text
Hello Zoe
```
"""


CONVERSATION = """
def my_bot(text):
    return f"You said: {text}"

for text in ["hi", "a human, please", "hello?"]:
    print(reply_to("pia", text))
"""


@pytest.mark.parametrize("page", ["docs/story.md", "docs/faq.md", "README.md"])
def test_the_commands_of_each_page_succeed(
    running: RunningStack, page: str, tmp_path: Path
) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "STATE": str(running.stack.state),
    }

    shell_blocks.run(ROOT / page, environment, tmp_path, seconds=60)


def test_the_bot_in_the_readme_answers_until_it_asks_for_a_person(running: RunningStack) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    environment = {"PATH": os.environ["PATH"], "BATON_URL": running.url}

    bot = subprocess.run(
        [sys.executable, "-c", code + CONVERSATION],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (bot.stdout, bot.stderr) == ("You said: hi\nOne moment, I ask a colleague.\nNone\n", "")


def test_the_blocks_of_a_page_run_in_one_shell(tmp_path: Path) -> None:
    assert printed_by(PAGE, tmp_path) == ["", "Hello Zoe\n"]


@pytest.mark.parametrize(
    "broken",
    [
        PAGE.replace("name=Zoe", "name=Yan"),
        PAGE.replace("echo", "false; echo"),
        PAGE.replace("echo", "false | true; echo"),
        PAGE.replace("$name", "$nobody"),
        "no commands at all",
    ],
    ids=["another output", "a failure", "a failure in a pipe", "an unset name", "no commands"],
)
def test_a_planted_failing_page_is_found(tmp_path: Path, broken: str) -> None:
    with pytest.raises(AssertionError):
        printed_by(broken, tmp_path)


def printed_by(page: str, folder: Path) -> list[str]:
    file = folder / "page.md"
    file.write_text(page)
    return shell_blocks.run(file, {"PATH": os.environ["PATH"]}, folder, seconds=10)
