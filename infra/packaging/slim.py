"""Removes from an unpacked package what its functions never load, and compiles the rest.

Chalice packages no bytecode and Lambda's disk is read-only, so each cold start would compile every
library again. The result is reproducible: the same tree gives the same bytes.
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
"""The services that `wiring` makes clients for, and their names in botocore's endpoint list."""

MODEL = ("service-2", "endpoint-rule-set-1")
"""The files that a botocore client reads; we use no waiters, paginators and examples."""
SHARED = frozenset({"_retry", "endpoints", "partitions", "sdk-default-configuration"})

CHALICE = frozenset({"__init__.py", "app.py", "py.typed"})
"""The files that `chalice package` itself includes; the rest is Chalice's command line."""
COMMAND_LINE = frozenset(
    {
        *("bin", "blessed", "click", "editor", "inquirer", "jinxed", "packaging", "readchar"),
        *("runs", "wcwidth", "xmod", "yaml", "_yaml"),
        *("pip", "setuptools", "pkg_resources", "wheel", "_distutils_hack"),
        *("distutils-precedence.pth", "cffi", "pycparser"),
    }
)
"""Packages that only Chalice's command line or the build of a library needs."""

METADATA = frozenset({"METADATA"})
"""The only file of a `.dist-info` folder that is read at run time (`importlib.metadata`)."""


def slim(tree: Path, python: Path) -> None:
    """`tree` holds app.py and its libraries. `python` is an interpreter of the version that the
    functions run on. Raises CalledProcessError if a file does not compile."""
    _drop(_unused(tree))
    for file in sorted((tree / "botocore" / "data").rglob("*.json.gz")):
        _write_plain_json(file)
    _keep_our_endpoints(tree / "botocore" / "data" / "endpoints.json")
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
        *_unused_service_models(tree / "botocore" / "data"),
        *tree.rglob("*.pyi"),
        *sorted(tree.rglob("__pycache__"), reverse=True),
    ]


def _metadata(tree: Path) -> Iterator[Path]:
    return (path for folder in tree.glob("*.dist-info") for path in folder.iterdir())


def _unused_service_models(data: Path) -> Iterator[Path]:
    for path in data.iterdir():
        if path.is_file():
            if path.name.partition(".")[0] not in SHARED:
                yield path
        elif path.name not in SERVICES:
            yield path
        else:
            models = path.glob("*/*")
            yield from (file for file in models if file.name.partition(".")[0] not in MODEL)


def _write_plain_json(file: Path) -> None:
    """Replaces the gzipped model by plain JSON without documentation, which loads faster."""
    model = json.loads(gzip.decompress(file.read_bytes()))
    _write(file.with_suffix(""), _without_documentation(model))
    file.unlink()


def _without_documentation(model: Any) -> Any:
    if isinstance(model, dict):
        return {
            key: _without_documentation(value)
            for key, value in model.items()
            # A member that is itself called "documentation" has a shape instead of a text.
            if not (key == "documentation" and isinstance(value, str))
        }
    return [_without_documentation(each) for each in model] if isinstance(model, list) else model


def _keep_our_endpoints(file: Path) -> None:
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
    """Uses unchecked hashes, because Lambda changes the times of the source files."""
    how = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/var/task"]
    # With a fixed hash seed, constant sets are written in the same order each time.
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}
    subprocess.run(
        [str(python), "-P", "-S", "-s", "-m", "compileall", *how, str(tree)],
        env=environment,
        check=True,
    )
