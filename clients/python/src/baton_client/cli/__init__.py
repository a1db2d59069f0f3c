"""The command line `baton`. It needs the extra `cli`; only its commands load click and rich."""

import sys


def main() -> None:
    try:
        from baton_client.cli.commands import baton
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        sys.exit(f'The command line needs {missing.name}: pip install "baton-client[cli]"')
    baton()
