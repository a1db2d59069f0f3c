"""The software bill of materials lists what is in the package, with licences."""

import json
from email.message import Message
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from infra.generate import vendor
from infra.supply_chain.sbom import licence_of, sbom

PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "PSF-2.0"}


def licences(component: dict[str, Any]) -> set[str]:
    """The SPDX ids among which the user may choose."""
    (found,) = component["licenses"]
    expression = found.get("expression") or found["license"].get("id", "unknown")
    return set(expression.split(" OR "))


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ([("License-Expression", "MIT-0"), ("License", "custom")], "MIT-0"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        (
            [
                ("Classifier", "License :: OSI Approved :: BSD License"),
                ("Classifier", "License :: OSI Approved :: Apache Software License"),
                ("License", "Dual License"),
            ],
            "Apache-2.0 OR BSD-3-Clause",
        ),
        ([("License", "Apache-2.0")], "Apache-2.0"),
        ([("License", "MIT License\n\nCopyright")], "MIT License"),
        ([], "unknown"),
    ],
)
def test_a_licence_is_an_spdx_expression_where_one_can_be_told(
    tmp_path: Path, fields: list[tuple[str, str]], licence: str
) -> None:
    metadata = Message()
    for name, value in [("Metadata-Version", "2.1"), ("Name", "x"), ("Version", "1"), *fields]:
        metadata[name] = value.replace("\n", "\n        ")
    folder = tmp_path / "x-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(metadata.as_string())

    assert licence_of(PathDistribution(folder).metadata) == licence


def test_the_browser_libraries_are_listed_with_the_hashes_of_their_files(tmp_path: Path) -> None:
    bom = json.loads(sbom("1.2.3", tmp_path, vendor.libraries()))

    listed = {each["name"]: each for each in bom["components"]}
    assert set(listed) == set(vendor.SPDX)
    assert all(licences(each) <= PERMISSIVE for each in listed.values())
    (htm,) = listed["htm"]["components"]
    assert htm["hashes"] == [{"alg": "SHA-256", "content": vendor.hashes(vendor.CONSOLE)["htm.js"]}]
    assert bom["metadata"]["component"]["version"] == "1.2.3"


def test_the_same_package_gives_the_same_document(tmp_path: Path) -> None:
    first, second = (sbom("1.2.3", tmp_path, vendor.libraries()) for _ in range(2))

    assert first == second
