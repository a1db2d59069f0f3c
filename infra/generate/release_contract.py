"""`python -m infra.generate.release_contract VERSION`: writes what functions of this release need
of the stack, to tests/template/releases/VERSION.json.

During a gradual rollout, the old functions still serve most calls with the new roles, the new table
and the new queues. So the next release may add to all of that, but not take away what is written
here. A test compares.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.deployment.precious import PRECIOUS
from infra.template.names import FUNCTIONS
from infra.template.policies import LEAVING, PERMITTED, SOURCES, Permissions

FOLDER = Path(__file__).parents[2] / "tests" / "template" / "releases"
Contract = dict[str, Any]


def contract(resources: Mapping[str, Any]) -> Contract:
    """The needs of the functions. `resources` are those of the template of the stage prod."""
    table = table_definition()
    return {
        "permissions": {each: _plain(_used(each)) for each in FUNCTIONS},
        "attributes": {
            each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]
        },
        "keys": {
            "table": table["KeySchema"],
            "expiry": TTL_ATTRIBUTE,
            "stream": table["StreamSpecification"]["StreamViewType"],
            **{
                f"index {each['IndexName']}": [each["KeySchema"], each["Projection"]]
                for each in table["GlobalSecondaryIndexes"]
            },
        },
        "resources": {
            name: each["Type"] for name, each in resources.items() if each["Type"] in PRECIOUS
        },
    }


def misfits(old: Contract, new: Contract) -> list[str]:
    """The needs of the release `old` that a stack of the release `new` does not meet."""
    return [*_lacking_permissions(old, new), *_changed(old, new)]


def needless(old: Contract) -> list[str]:
    """The permissions in LEAVING that no function of the release `old` needs any more."""
    return [
        f"{function} {operation} on {resource}"
        for function, permissions in LEAVING.items()
        for resource, operations in permissions.items()
        for operation in sorted(operations)
        if operation not in old["permissions"].get(function, {}).get(resource, ())
    ]


def _lacking_permissions(old: Contract, new: Contract) -> Iterator[str]:
    for function, permissions in old["permissions"].items():
        there = new["permissions"].get(function)
        if there is None:
            continue  # Its role stays until CloudFormation cleans up, after the rollout.
        for resource, operations in permissions.items():
            also = LEAVING.get(function, {}).get(resource, frozenset())
            for operation in sorted({*operations} - {*there.get(resource, ())} - also):
                yield f"{function} may no longer {operation} on {resource}"


def _changed(old: Contract, new: Contract) -> Iterator[str]:
    for part in ("attributes", "keys", "resources"):
        for name, value in old[part].items():
            if name not in new[part]:
                yield f"{part}: {name} is gone"
            elif new[part][name] != value:
                yield f"{part}: {name} is {new[part][name]}, it was {value}"


def _used(function: str) -> Permissions:
    own, source = PERMITTED[function], SOURCES.get(function, {})
    names = {*own, *source}
    return {each: own.get(each, frozenset()) | source.get(each, frozenset()) for each in names}


def _plain(permissions: Permissions) -> dict[str, list[str]]:
    return {name: sorted(operations) for name, operations in sorted(permissions.items())}


def newest() -> Path:
    """The contract of the last release."""
    return max(FOLDER.glob("*.json"), key=lambda file: [int(n) for n in file.stem.split(".")])


@click.command(help=__doc__)
@click.argument("version")
def main(version: str) -> None:
    from tests.template.expansion import packaged_template

    made = contract(packaged_template("prod")["Resources"])
    (FOLDER / f"{version}.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
