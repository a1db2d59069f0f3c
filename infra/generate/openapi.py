"""`make openapi`: converts docs/openapi.yaml to the JSON that the app serves.

The package has no YAML parser.
"""

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "openapi.yaml"
SERVED = ROOT / "chalicelib" / "apidocs" / "openapi.json"


def as_json() -> str:
    document = yaml.load(WRITTEN.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SERVED.write_text(as_json(), encoding="utf-8")
