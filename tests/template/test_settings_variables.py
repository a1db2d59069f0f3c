"""The template sets each environment variable that settings.py reads, or a reason is given here."""

import ast
import inspect
import re
from collections.abc import Iterator

from chalicelib import settings
from infra.template.chalice_template import SETTINGS_DIGEST
from tests.support.stack import ROOT
from tests.template.expansion import Template, packaged_template

VARIABLE = re.compile(r"(BATON|AWS)_[A-Z_]+")
NOT_IN_THE_TEMPLATE = {
    "AWS_REGION": "Lambda sets it",
    "AWS_DEFAULT_REGION": "Lambda sets it",
    "AWS_ENDPOINT_URL": "it leads to a local engine, and to AWS if it is missing",
}
"""Each variable that the template does not set, and the reason."""


def variables_read(source: str) -> set[str]:
    """The names that are whole texts in the code. A sentence that names one reads nothing."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and VARIABLE.fullmatch(node.value)
    }


def environments(template: Template) -> Iterator[dict[str, object]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            yield resource["Properties"]["Environment"]["Variables"]


def test_the_template_sets_each_variable_that_the_settings_read_and_no_other() -> None:
    read = variables_read(inspect.getsource(settings))
    variables = {name for each in environments(packaged_template("prod")) for name in each}

    assert read - variables == {*NOT_IN_THE_TEMPLATE}, "add it to infra/template/functions.py"
    assert variables - read == {SETTINGS_DIGEST}, "nothing reads it"


def test_a_variable_that_is_read_in_any_way_is_found() -> None:
    source = """f(os.environ["BATON_A"], _required("AWS_B", "BATON_C"), g(f"BATON_D is wrong."))"""

    assert variables_read(source) == {"BATON_A", "AWS_B", "BATON_C"}


def test_every_parameter_is_in_the_table_of_parameters_and_has_a_description() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    part = page.partition("\n## Parameters\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    parameters = packaged_template("prod")["Parameters"]
    # One row tells of the parameters that reserve concurrency, one for each function.
    reserved = {name for name in parameters if name.startswith("Reserved")}

    assert named - reserved == set(parameters) - reserved
    assert named & reserved
    assert [name for name, each in parameters.items() if not each.get("Description")] == []
