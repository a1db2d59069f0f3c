"""Makes a stage's template, and expands and evaluates it as CloudFormation does."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from infra.packaging.package import TEMPLATE, Target, write_template
from infra.template.chalice_template import place_code

REGION = "eu-west-1"
Template = dict[str, Any]


@cache
def _written(stage: str) -> str:
    with TemporaryDirectory() as folder:
        write_template(stage, Target("3.12", "arm64", Path(sys.executable)), Path(folder))
        return (Path(folder) / TEMPLATE).read_text()


def packaged_template(stage: str, key: str = "code.zip") -> Template:
    """The template that `make package` writes, with the functions' code in S3."""
    made: Template = json.loads(_written(stage))
    place_code(made, "packages", key)
    return made


def expanded(
    template: Template, parameters: Mapping[str, object], region: str = REGION
) -> Template:
    """The template that CloudFormation executes: AWS's own translator expands it. `parameters`
    replace the defaults."""
    made: Template = json.loads(_expanded(json.dumps(template), json.dumps(parameters), region))
    return made


@cache
def _expanded(template: str, parameters: str, region: str) -> str:
    """Cached, because the translator takes a second."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", region)
        made = transform(json.loads(template), json.loads(parameters), _NoManagedPolicies())
    return json.dumps(made)


def evaluated(template: Template, **parameters: object) -> Template:
    """The expanded template after CloudFormation has evaluated its conditions and parameters;
    references to other resources stay."""
    whole = expanded(template, parameters)
    return Evaluation(whole, parameters).template


class Evaluation:
    """Evaluates the intrinsic functions of a template whose result is known before deployment."""

    def __init__(self, template: Template, parameters: Mapping[str, object]) -> None:
        defaults = {name: each.get("Default") for name, each in template["Parameters"].items()}
        self._values = {**defaults, "AWS::Region": REGION, **parameters}
        self._conditions = template.get("Conditions", {})
        self._mappings = template.get("Mappings", {})
        self._whole = template

    @property
    def template(self) -> Template:
        """Without the resources and outputs whose condition is false."""
        kept = {
            section: {
                name: self.value(each)
                for name, each in self._whole.get(section, {}).items()
                if "Condition" not in each or self.condition(each["Condition"])
            }
            for section in ("Resources", "Outputs")
        }
        return {**self._whole, **kept}

    def condition(self, name: str) -> bool:
        return bool(self.value(self._conditions[name]))

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [each for each in map(self.value, value) if each is not ABSENT]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            known = getattr(self, f"_{re.sub('[^a-z]', '_', function.lower())}", None)
            if known:
                return known(argument)
        made = {name: self.value(each) for name, each in value.items()}
        return {name: each for name, each in made.items() if each is not ABSENT}

    def _ref(self, name: str) -> Any:
        return ABSENT if name == "AWS::NoValue" else self._values.get(name, {"Ref": name})

    def _condition(self, name: str) -> Any:
        return self.condition(name) if name in self._conditions else {"Condition": name}

    def _fn__if(self, parts: list[Any]) -> Any:
        return self.value(parts[1 if self.condition(parts[0]) else 2])

    def _fn__equals(self, parts: list[Any]) -> bool:
        left, right = map(self.value, parts)
        return str(left) == str(right)

    def _fn__not(self, parts: list[Any]) -> bool:
        return not self.value(parts[0])

    def _fn__and(self, parts: list[Any]) -> bool:
        return all(map(self.value, parts))

    def _fn__or(self, parts: list[Any]) -> bool:
        return any(map(self.value, parts))

    def _fn__select(self, parts: list[Any]) -> Any:
        if isinstance(parts[1], dict):
            return {"Fn::Select": [parts[0], self.value(parts[1])]}
        return self.value(parts[1][int(parts[0])])

    def _fn__join(self, parts: list[Any]) -> Any:
        values = self.value(parts[1])
        shown = [each if isinstance(each, str) else json.dumps(each) for each in values]
        return parts[0].join(shown)

    def _fn__findinmap(self, parts: list[Any]) -> Any:
        name, first, second = map(self.value, parts)
        return self._mappings[name][first][second]

    def _fn__sub(self, text: Any) -> Any:
        if isinstance(text, list):
            return {"Fn::Sub": self.value(text)}
        known = re.sub(r"\$\{([\w:]+)\}", lambda found: self._shown(found[1]), text)
        return {"Fn::Sub": known} if "${" in known else known

    def _shown(self, name: str) -> str:
        return str(self._values[name]) if name in self._values else f"${{{name}}}"


ABSENT = object()
"""The value of AWS::NoValue."""


class _NoManagedPolicies(ManagedPolicyLoader):
    """The functions have their own roles, so no managed policy is looked up."""

    def __init__(self) -> None:
        """Skips the base class, which needs an IAM client."""

    def load(self) -> dict[str, str]:
        return {}
