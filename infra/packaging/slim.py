"""Removes from an unpacked package what its functions never load, and compiles the rest.

Chalice packages no bytecode and Lambda's disk is read-only, so each cold start would compile every
library again. The result is reproducible: the same tree gives the same bytes.
"""

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

SERVICES = {
    "apigatewaymanagementapi": "execute-api",
    "dynamodb": "dynamodb",
    "kms": "kms",
    "sesv2": "email",
    "s3": "s3",
    "sns": "sns",
    "sqs": "sqs",
}
"""The services that `wiring` makes clients for, and their names in botocore's endpoint list."""

OPERATIONS = {
    "apigatewaymanagementapi": frozenset({"DeleteConnection", "PostToConnection"}),
    "dynamodb": frozenset(
        {
            *("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem"),
            *("PutItem", "Query", "TransactWriteItems", "UpdateItem"),
        }
    ),
    "kms": frozenset({"Decrypt", "Encrypt"}),
    "sesv2": frozenset({"SendEmail"}),
    "s3": frozenset({"CopyObject", "DeleteObjects", "GetObject", "HeadObject", "ListObjectsV2"}),
    "sns": frozenset({"Publish"}),
    "sqs": frozenset({"ChangeMessageVisibility", "SendMessage"}),
}
"""The operations that the adapters call: a client parses its whole model when it is made. A test
in tests/budgets/test_package.py compares this table with the adapters' source."""

SERVICE, ENDPOINTS = "service-2", "endpoint-rule-set-1"
MODEL = (SERVICE, ENDPOINTS)
"""The files that a botocore client reads; we use no waiters, paginators and examples."""
DOCSTRINGS = '''"""botocore writes docstrings when they are read: here, nobody reads them."""


class LazyLoadedDocstring(str):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)


class ClientMethodDocstring(LazyLoadedDocstring):
    pass


class PaginatorDocstring(LazyLoadedDocstring):
    pass


class WaiterDocstring(LazyLoadedDocstring):
    pass
'''
"""Replaces the module that loads botocore's generator of documentation, an HTML parser included."""
DOCUMENTATION = frozenset({"docstring.py", "utils.py"})
"""The modules of `botocore.docs` that a client imports; `utils` imports nothing more."""
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

POWERTOOLS = frozenset({"__init__.py", "jmespath_utils", "typing"})
"""The utilities of Powertools that its metrics import. Its event handler is not used either."""

METADATA = frozenset({"METADATA"})
"""The only file of a `.dist-info` folder that is read at run time (`importlib.metadata`)."""


def slim(tree: Path, python: Path) -> None:
    """`tree` holds app.py and its libraries. `python` is an interpreter of the version that the
    functions run on. Raises CalledProcessError if a file does not compile."""
    _drop(_unused(tree))
    for file in sorted((tree / "botocore" / "data").rglob("*.json.gz")):
        _write_plain_json(file)
    for service, operations in OPERATIONS.items():
        for file in (tree / "botocore" / "data" / service).glob(f"*/{SERVICE}.json"):
            _keep_our_operations(file, operations)
    (tree / "botocore" / "docs" / "__init__.py").write_text("")
    (tree / "botocore" / "docs" / "docstring.py").write_text(DOCSTRINGS)
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
        tree / "aws_lambda_powertools" / "event_handler",
        *(path for path in _utilities(tree) if path.name not in POWERTOOLS),
        *(path for path in _metadata(tree) if path.name not in METADATA),
        *(folder for folder in tree.glob("*.dist-info") if _installs_only(folder, COMMAND_LINE)),
        *(p for p in (tree / "botocore" / "docs").iterdir() if p.name not in DOCUMENTATION),
        *_unused_service_models(tree / "botocore" / "data"),
        *tree.rglob("*.pyi"),
        *sorted(tree.rglob("__pycache__"), reverse=True),
    ]


def _utilities(tree: Path) -> Iterator[Path]:
    return (tree / "aws_lambda_powertools" / "utilities").iterdir()


def _metadata(tree: Path) -> Iterator[Path]:
    return (path for folder in tree.glob("*.dist-info") for path in folder.iterdir())


def _installs_only(metadata: Path, names: Set[str]) -> bool:
    """Whether everything that a library installed beside its metadata has one of these names."""
    files = (metadata / "RECORD").read_text().splitlines()
    tops = {line.partition(",")[0].partition("/")[0] for line in files}
    return tops - {metadata.name, "..", "__pycache__"} <= names  # ".." holds scripts


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


def _keep_our_operations(file: Path, operations: frozenset[str]) -> None:
    model = json.loads(file.read_text(encoding="utf-8"))
    model["operations"] = {name: model["operations"][name] for name in sorted(operations)}
    wanted: set[str] = set()
    named = _shapes_in(model["operations"])
    while more := named - wanted:
        wanted |= more
        named = _shapes_in([model["shapes"][name] for name in more])
    shapes = model["shapes"]
    model["shapes"] = {name: shapes[name] for name in shapes if name in wanted}
    _write(file, model)


def _shapes_in(model: Any) -> set[str]:
    """The names of the shapes to which a part of a service's model refers."""
    parts = model.values() if isinstance(model, dict) else model
    if not isinstance(parts, Iterable) or isinstance(parts, str):
        return set()
    named = {name for part in parts for name in _shapes_in(part)}
    reference = model.get("shape") if isinstance(model, dict) else None
    return named | ({reference} if isinstance(reference, str) else set())


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
