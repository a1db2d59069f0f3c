"""`python -m infra.baton import` checks a file before it needs an installation."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tests.api.conversation_setup import begun
from tests.api.data.test_bot_export import exported
from tests.support.api import Api


def check(file: Path) -> Result:
    from infra.baton import main

    return CliRunner().invoke(main, ["import", str(file), "--bot", "new", "--check"])


def test_a_whole_file_is_named_whole_and_a_damaged_one_by_its_line(
    bot: Api, owner: Api, tmp_path: Path
) -> None:
    begun(bot)
    file = tmp_path / "bot.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in exported(owner)))
    whole = check(file)
    file.write_text(file.read_text().replace('"seq": 1', '"seq": "one"', 1))
    damaged = check(file)

    assert (whole.exit_code, whole.output) == (0, f"{file} is whole: 1 conversations.\n")
    assert damaged.exit_code == 1
    assert damaged.output.startswith("Error: Line ")
    assert "Expected `int`, got `str` - at `$." in damaged.output
    assert damaged.output.endswith("Nothing was imported.\n")
