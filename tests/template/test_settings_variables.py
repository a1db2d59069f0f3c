"""The template sets each environment variable that settings.py reads, or a reason is given here."""

import ast
import inspect
import re
from collections.abc import Iterator

from chalicelib import settings
from infra.template import functions
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


def test_the_parameters_of_the_functions_are_on_the_page_of_the_deployment() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()

    for name, parameter in packaged_template("prod")["Parameters"].items():
        if name in functions.PARAMETERS:
            assert f"`{name}`" in page, name
            assert parameter["Description"]
