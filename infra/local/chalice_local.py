"""`make local`: Chalice's own server for the HTTP half, with the environment of a running stack."""

import os
import subprocess
import sys
from pathlib import Path

PORT = "8001"
"""The stack itself has 8000."""


def main() -> int:
    env_file = Path(os.environ.get("STATE", ".local")) / "env"
    if not env_file.exists():
        print(f"There is no {env_file}: start the engine with `make run` first.", file=sys.stderr)
        return 1
    port = os.environ.get("LOCAL_PORT", PORT)
    serve = f'. "{env_file}" && exec "$0" local --stage local --port {port}'
    chalice = Path(sys.executable).with_name("chalice")
    return subprocess.call(["/bin/sh", "-c", serve, str(chalice)])


if __name__ == "__main__":
    sys.exit(main())
