"""docs/payload-types.md lists the types that the console shows in their own way."""

import re

from tests.support.stack import ROOT


def test_the_page_lists_the_types_of_the_console() -> None:
    page = (ROOT / "docs/payload-types.md").read_text(encoding="utf-8")
    code = (ROOT / "chalicelib/console/messages/messages.js").read_text(encoding="utf-8")
    contents = code.partition("const CONTENTS = {")[2].partition("\n};")[0]
    types = set(re.findall(r"^  (\w+): \(", contents, re.MULTILINE)) - {"upload"}

    assert len(types) > 10
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == types
