"""Rules about single lines of code. Each function returns the lines that break its rule."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import Source, Sources
from tests.architecture.source import sources as all_sources

SETTINGS = "chalicelib/settings.py"
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb"})

NAMELESS = frozenset(
    ("data", "do", "handler2", "helper", "helpers", "info", "manager", "misc", "process", "stuff")
) | {"util", "utils"}
"""Words that say nothing about what the code does."""
NAMELESS_MODULES = NAMELESS | {"common"}

TABLE = "chalicelib/adapters/dynamodb/"
EXPRESSIONS = frozenset(
    {"condition", "range_key_condition", "filter_condition", "actions", "only", "wanted"}
)
RAW = re.compile(r"(Expression|KeyConditions|QueryFilter|ScanFilter)$|^execute_statement$")
RUN_TEXT = frozenset({"__import__", "compile", "eval", "exec"})
START_PROGRAMS = frozenset({"popen", "posix_spawn", "startfile", "system"})
WEAK_HASHES = frozenset({"md5", "sha1"})
BOTPRESS = "chalicelib/botpress/"
"""Botpress computes an id by MD5, which protects nothing."""
DANGEROUS = frozenset(
    ("dill", "marshal", "pickle", "random", "shelve", "subprocess", "xml", "yaml")
)
SCANS = frozenset({"scan", "rate_limited_scan", "parallel_scan"})


LASTING_CHANGES = frozenset({"add_init_script", "clock", "expose_function", "expose_binding"})
ALWAYS_NEW_PAGES = "tests/browser/session/"

SHOWN = "chalicelib/usecases/conversations/shown.py"
LOG_READS = frozenset(
    (
        "entries_after",
        "entries_before",
        "entries_at",
        "notes",
        "handoff",
        "handoffs",
        "handoffs_of_conversation",
    )
)
READS_WHAT_IS_ERASED = {
    SHOWN: "leaves out what was erased",
    "chalicelib/usecases/conversations/queries.py": "passes handoffs through shown_handoff",
    "chalicelib/usecases/conversations/handoff_queries.py": "passes them through shown_handoff",
    "chalicelib/botpress/handoffs.py": "passes them through shown_handoff; reads its own new note",
    "chalicelib/usecases/webhooks/worker.py": "passes over hidden entries before it sends",
    "chalicelib/usecases/webhooks/give_up.py": "takes only the queue of a handoff",
    "chalicelib/usecases/reports/reports.py": "counts",
    "chalicelib/usecases/reports/metrics.py": "counts",
    "chalicelib/usecases/privacy/erase.py": "reads the mark of an erasure",
    "chalicelib/usecases/privacy/retention.py": "takes only numbers and times of entries",
}
"""The files that may read the log and handoffs from the store, and why nothing gets out."""


def reads_of_what_may_be_erased(sources: Sources) -> list[str]:
    """Reads of the log or of handoffs that could show words of a user who was erased."""
    return [
        source.at(node, f"read it with {SHOWN}, which leaves out what was erased")
        for source in sources
        if source.file.startswith(("chalicelib/usecases/", "chalicelib/botpress/"))
        and source.file not in READS_WHAT_IS_ERASED
        for node in source.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in LOG_READS
        and getattr(node.value, "attr", getattr(node.value, "id", "")) in ("conversations", "store")
    ]


def reads_of_the_environment(sources: Sources) -> list[str]:
    return [
        source.at(node, f"only {SETTINGS} may read the environment")
        for source in sources
        if source.file != SETTINGS
        for node in source.nodes
        if isinstance(node, ast.expr | ast.stmt) and _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(each.name in ENVIRONMENT for each in node.names)
    return isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT


def scans(sources: Sources) -> list[str]:
    return [
        source.at(node, "a scan reads the whole table; query an index")
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.Attribute) and node.attr in SCANS
    ]


def dangerous_code(sources: Sources) -> list[str]:
    """Calls that run text as code or build a pattern, weak hashes, and modules that run what they
    read, that start programs or that draw random numbers which can be foreseen."""
    return [
        source.at(node, f"{name} is not for the product")
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.expr | ast.stmt)
        for name in _dangers(node)
        if not (name in WEAK_HASHES and source.file.startswith(BOTPRESS))
    ]


def _dangers(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return [node.func.id] if node.func.id in RUN_TEXT else []
    if isinstance(node, ast.Call) and _is_built_pattern(node):
        return ["a pattern that is built from text"]
    if isinstance(node, ast.Attribute):
        return [node.attr] if node.attr in START_PROGRAMS | WEAK_HASHES else []
    if isinstance(node, ast.Import):
        return [each.name for each in node.names if each.name.partition(".")[0] in DANGEROUS]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module] if node.module.partition(".")[0] in DANGEROUS else []
    return []


def _is_built_pattern(call: ast.Call) -> bool:
    """A pattern is a constant, or joined from constants, which have names in capitals."""
    function = call.func
    of_re = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "re"
    named = (node for arg in call.args[:1] for node in ast.walk(arg))
    return of_re and not all(
        isinstance(node, ast.Constant | ast.BinOp | ast.Add | ast.Load)
        or (isinstance(node, ast.Name) and node.id.isupper())
        for node in named
    )


def nameless_names(sources: Sources) -> list[str]:
    """Modules, classes and functions with such a word in their name."""
    modules = [
        f"{source.file}:1: module {source.name}"
        for source in sources
        if NAMELESS_MODULES & _words(source.name)
    ]
    return modules + [
        source.at(node, f"name {node.name}")
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and NAMELESS & _words(node.name)
    ]


def _words(name: str) -> set[str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return set(re.split(r"[._]", snake))


def written_expressions(sources: Sources) -> list[str]:
    """DynamoDB expressions that are written as text.

    PynamoDB's conditions and actions pass values separately; text could contain user input.
    """
    return [
        source.at(node, broken)
        for source in sources
        for node, broken in [*_texts(source), *_raw(source), *_unfit_parameters(source)]
    ]


def replaced_fields(sources: Sources) -> list[str]:
    """Keywords of `replace` that no struct of the product has as a field: mypy does not check the
    keywords of msgspec's `replace`."""
    return [
        source.at(call, f"no struct has a field {keyword.arg}")
        for source in sources
        for call in _calls(source)
        if isinstance(call.func, ast.Name) and call.func.id == "replace"
        for keyword in call.keywords
        if keyword.arg and keyword.arg not in _struct_fields()
    ]


@cache
def _struct_fields() -> frozenset[str]:
    return frozenset(
        statement.target.id
        for source in all_sources()
        for node in source.nodes
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    )


def lasting_changes_of_kept_pages(sources: Sources) -> list[str]:
    """A page that the next browser test uses, too, must get no script and no clock that stay. The
    tests in `session/` always have new pages."""
    return [
        source.at(call, "pass new=True to open_console: what this test does to the page stays")
        for source in sources
        if not source.file.startswith(ALWAYS_NEW_PAGES)
        for function in source.nodes
        if isinstance(function, ast.FunctionDef) and _changes_page_for_good(function)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and _called(call) == "open_console"
        and not any(each.arg == "new" for each in call.keywords)
    ]


def _changes_page_for_good(function: ast.FunctionDef) -> bool:
    names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return bool(names & LASTING_CHANGES)


def _texts(source: Source) -> Iterator[tuple[ast.expr, str]]:
    """Text that is passed as an expression, and paths as text, which PynamoDB would parse."""
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
    """DynamoDB's own parameter names for expressions: as a keyword, a key or an attribute."""
    for node in source.nodes:
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
    """In the DynamoDB adapter, a parameter named `…condition` must have the type Condition."""
    if not source.file.startswith(TABLE):
        return
    for node in source.nodes:
        if isinstance(node, ast.arg) and node.arg.endswith("condition"):
            shown = ast.unparse(node.annotation) if node.annotation else "nothing"
            if shown not in ("Condition", "Condition | None"):
                yield ast.copy_location(ast.Name(node.arg), node), f"{node.arg}: {shown}"


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in source.nodes if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str | None:
    function = call.func
    return getattr(function, "attr", None) or getattr(function, "id", None)


def _is_text(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Tuple):
        return any(_is_text(each) for each in value.elts)
    if isinstance(value, ast.BinOp):
        # `+` and `%` build text; `&` and `|` join conditions, so their operands are no text.
        return _is_text(value.left) or _is_text(value.right)
    if isinstance(value, ast.Call):
        return _called(value) in ("format", "join", "str")
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str | bytes)
    return isinstance(value, ast.JoinedStr)
