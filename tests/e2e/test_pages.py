"""The pages that show commands, run word for word against the stack."""

import os
from pathlib import Path

import pytest

from tests.e2e.scene import Running
from tests.support import shell_blocks
from tests.support.stack import ROOT

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


@pytest.mark.parametrize("page", ["docs/story.md", "README.md"])
def test_the_commands_of_a_page_work(running: Running, page: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "STATE": str(running.stack.state)}

    shell_blocks.run(ROOT / page, environment, tmp_path, seconds=60)


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
def test_a_page_that_does_not_work_is_found(tmp_path: Path, broken: str) -> None:
    with pytest.raises(AssertionError):
        printed_by(broken, tmp_path)


def printed_by(page: str, folder: Path) -> list[str]:
    file = folder / "page.md"
    file.write_text(page)
    return shell_blocks.run(file, {"PATH": os.environ["PATH"]}, folder, seconds=10)
