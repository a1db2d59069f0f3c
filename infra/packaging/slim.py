"""Trims an unpacked package to what its functions run, and compiles it.

Chalice ships no bytecode, and Lambda's disk is read-only: each cold start would compile every
library anew. The same tree always becomes the same bytes.
"""

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SERVICES = {
    "apigatewaymanagementapi": "execute-api",
    "dynamodb": "dynamodb",
    "sns": "sns",
    "sqs": "sqs",
}
"""Those that `wiring` makes clients of, and what botocore's list of endpoints calls them."""

MODEL = ("service-2", "endpoint-rule-set-1")
"""What a client is made of; waiters, paginators and examples are for others."""
SHARED = frozenset({"_retry", "endpoints", "partitions", "sdk-default-configuration"})

CHALICE = frozenset({"__init__.py", "app.py", "py.typed"})
"""What Chalice itself puts into a package; the rest is its command line."""
COMMAND_LINE = frozenset(
    {
        *("bin", "blessed", "click", "editor", "inquirer", "jinxed", "packaging", "readchar"),
        *("runs", "wcwidth", "xmod", "yaml", "_yaml"),
        *("pip", "setuptools", "pkg_resources", "wheel", "_distutils_hack"),
        *("distutils-precedence.pth", "cffi", "pycparser"),
    }
)
"""What only that, or building a library, asks for."""

METADATA = frozenset({"METADATA"})
"""Of a distribution: its name and version, which `importlib.metadata` is asked for."""


def slim(tree: Path, python: Path) -> None:
    """`tree` holds app.py and its libraries side by side; `python` is of the minor version that the
    functions run on. Raises CalledProcessError where a file does not compile."""
    _drop(_unused(tree))
    for file in sorted((tree / "botocore" / "data").rglob("*.json.gz")):
        _readable(file)
    _only_our_endpoints(tree / "botocore" / "data" / "endpoints.json")
    _compile(tree, python)


def _drop(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _unused(tree: Path) -> list[Path]:
    return [
        *(path for path in tree.iterdir() if path.name in COMMAND_LINE),
        *(path for path in (tree / "chalice").iterdir() if path.name not in CHALICE),
        *(path for path in _metadata(tree) if path.name not in METADATA),
        *_of_other_services(tree / "botocore" / "data"),
        *tree.rglob("*.pyi"),
        *sorted(tree.rglob("__pycache__"), reverse=True),
    ]


def _metadata(tree: Path) -> Iterator[Path]:
    return (path for folder in tree.glob("*.dist-info") for path in folder.iterdir())


def _of_other_services(data: Path) -> Iterator[Path]:
    for path in data.iterdir():
        if path.is_file():
            if path.name.partition(".")[0] not in SHARED:
                yield path
        elif path.name not in SERVICES:
            yield path
        else:
            models = path.glob("*/*")
            yield from (file for file in models if file.name.partition(".")[0] not in MODEL)


def _readable(file: Path) -> None:
    """As plain JSON, without what is written in it for people."""
    model = json.loads(gzip.decompress(file.read_bytes()))
    _write(file.with_suffix(""), _undocumented(model))
    file.unlink()


def _undocumented(model: Any) -> Any:
    if isinstance(model, dict):
        return {
            key: _undocumented(value)
            for key, value in model.items()
            # What is not text is a thing of that name.
            if not (key == "documentation" and isinstance(value, str))
        }
    return [_undocumented(each) for each in model] if isinstance(model, list) else model


def _only_our_endpoints(file: Path) -> None:
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    ours = frozenset(SERVICES.values())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in ours}
    _write(file, endpoints)


def _write(file: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text, encoding="utf-8")


def _compile(tree: Path, python: Path) -> None:
    """Unchecked: the bytecode holds whatever times the files are given on their way to Lambda."""
    how = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/var/task"]
    # A set of constants is written in the order of its hashes.
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}
    subprocess.run(
        [str(python), "-P", "-S", "-s", "-m", "compileall", *how, str(tree)],
        env=environment,
        check=True,
    )
