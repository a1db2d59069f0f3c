"""Rules about single lines of the product. Each answers with what breaks it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import PRODUCT, Source, sources

SETTINGS = "chalicelib/settings.py"
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb"})

NAMELESS = frozenset(
    ("data", "do", "handler2", "helper", "helpers", "info", "manager", "misc", "process", "stuff")
) | {"util", "utils"}
"""Words that name a mechanism, or nothing, where a fact should be named."""
NAMELESS_MODULES = NAMELESS | {"common"}

TABLE = "chalicelib/adapters/dynamodb/"
EXPRESSIONS = frozenset(
    {"condition", "range_key_condition", "filter_condition", "actions", "only", "wanted"}
)
RAW = re.compile(r"(Expression|KeyConditions|QueryFilter|ScanFilter)$|^execute_statement$")
SCANS = frozenset({"scan", "rate_limited_scan", "parallel_scan"})


def reads_of_the_environment(root: Path) -> list[str]:
    return [
        source.at(node, f"the environment is read by {SETTINGS} alone")
        for source in sources(root)
        if source.file != SETTINGS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.expr | ast.stmt) and _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(each.name in ENVIRONMENT for each in node.names)
    return isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT


def scans(root: Path) -> list[str]:
    return [
        source.at(node, "a scan reads the whole table; ask an index")
        for source in sources(root)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr in SCANS
    ]


def nameless_names(root: Path, places: tuple[str, ...] = PRODUCT) -> list[str]:
    """Modules, classes and functions."""
    found = list(sources(root, places))
    modules = [
        f"{source.file}:1: module {source.name}"
        for source in found
        if NAMELESS_MODULES & _words(source.name)
    ]
    return modules + [
        source.at(node, f"name {node.name}")
        for source in found
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and NAMELESS & _words(node.name)
    ]


def _words(name: str) -> set[str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return set(re.split(r"[._]", snake))


def written_expressions(root: Path) -> list[str]:
    """An expression is made of PynamoDB's conditions and actions, which pass all values apart:
    text in its place could hold what a user wrote."""
    return [
        source.at(node, broken)
        for source in sources(root)
        for node, broken in [*_texts(source), *_raw(source), *_unfit_parameters(source)]
    ]


def _texts(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """Text passed as an expression, and paths given as text, which PynamoDB parses."""
    for call in _calls(source):
        for keyword in call.keywords:
            if keyword.arg in EXPRESSIONS and _is_text(keyword.value):
                yield keyword.value, f"text as {keyword.arg}"
        in_table = source.file.startswith(TABLE)
        if (
            in_table
            and _called(call) == "Path"
            and not all(isinstance(arg, ast.List) for arg in call.args)
        ):
            yield call, "a Path takes a list of names"


def _raw(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """DynamoDB's own words for expressions: as a keyword, as a key, as an attribute."""
    for node in ast.walk(source.tree):
        names = (
            [(keyword.value, keyword.arg) for keyword in node.keywords]
            if isinstance(node, ast.Call)
            else [(node, node.attr)]
            if isinstance(node, ast.Attribute)
            else [(node, node.value)]
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            else []
        )
        yield from ((where, f"raw {name}") for where, name in names if name and RAW.search(name))


def _unfit_parameters(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """In the table's rooms, whatever is called a condition is one: mypy holds the callers to it."""
    if not source.file.startswith(TABLE):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg) and node.arg.endswith("condition"):
            shown = ast.unparse(node.annotation) if node.annotation else "nothing"
            if shown not in ("Condition", "Condition | None"):
                yield ast.copy_location(ast.Name(node.arg), node), f"{node.arg}: {shown}"


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str | None:
    function = call.func
    return getattr(function, "attr", None) or getattr(function, "id", None)


def _is_text(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Tuple):
        return any(_is_text(each) for each in value.elts)
    if isinstance(value, ast.BinOp):
        # `+` and `%` on text; `&` and `|` join conditions.
        return _is_text(value.left) or _is_text(value.right)
    if isinstance(value, ast.Call):
        return _called(value) in ("format", "join", "str")
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str | bytes)
    return isinstance(value, ast.JoinedStr)
