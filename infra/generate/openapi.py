"""`make openapi`: converts the documents of the API and its events to the JSON that the app serves.

The package has no YAML parser.
"""

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "openapi.yaml"
SERVED = ROOT / "chalicelib" / "apidocs" / "openapi.json"
EVENTS = ROOT / "docs" / "asyncapi.yaml"
SERVED_EVENTS = SERVED.with_name("asyncapi.json")


def as_json() -> str:
    document = yaml.load(WRITTEN.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def events_as_json() -> str:
    """Its references lead to the other document as it is served beside this one."""
    text = EVENTS.read_text(encoding="utf-8").replace("openapi.yaml#", "openapi.json#")
    document = yaml.load(text, yaml.CSafeLoader)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SERVED.write_text(as_json(), encoding="utf-8")
    SERVED_EVENTS.write_text(events_as_json(), encoding="utf-8")
