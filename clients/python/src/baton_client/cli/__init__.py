"""The command line `baton`. It needs the extra `cli`; only its commands load click and rich."""

import sys


def main() -> None:
    try:
        from baton_client.cli.commands import baton
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in ("click", "rich"):
            raise
        sys.exit(f'The command line needs {package}: pip install "baton-client[cli]"')
    baton()
