"""The software bill of materials of a package: what is in the zip, in CycloneDX 1.6."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

SBOM = "sbom.cdx.json"
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX ids for the names that packages used before PEP 639."""
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""The time in the document and of each file in the zip, so that a package always looks the same."""

Browser = Mapping[str, tuple[str, Mapping[str, str]]]
"""By npm package with its version: its licence and the SHA-256 hashes of its files."""


def sbom(version: str, tree: Path, browser: Browser) -> str:
    """`tree` is the unpacked package, `browser` what runs in the console and the API's pages."""
    libraries = [*_python(tree), *_npm(browser)]
    baton = Component(
        name="baton",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"baton@{version}",
        licenses=[LicenseFactory().make_with_id("Apache-2.0")],
    )
    names = " ".join(sorted(str(each.bom_ref) for each in libraries))
    bom = Bom(
        components=libraries,
        metadata=BomMetaData(component=baton, timestamp=EARLIEST),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"baton@{version} {names}"),
    )
    bom.register_dependency(baton, libraries)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _python(tree: Path) -> Iterator[Component]:
    found = distributions(path=[str(tree)])
    return (_library(each) for each in sorted(found, key=lambda each: each.name.lower()))


def _library(found: Distribution) -> Component:
    url = PackageURL("pypi", name=found.name.lower(), version=found.version)
    return Component(
        name=found.name,
        version=found.version,
        bom_ref=str(url),
        purl=url,
        licenses=[LicenseFactory().make_from_string(licence_of(found.metadata))],
    )


def licence_of(metadata: PackageMetadata) -> str:
    """An SPDX expression where the package has one or one can be told, else the package's words."""
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classifiers = metadata.get_all("Classifier") or []
    known = sorted(CLASSIFIERS[name] for name in classifiers if name in CLASSIFIERS)
    if known:
        return " OR ".join(known)
    (words,) = metadata.get_all("License") or [""]
    return words.strip().partition("\n")[0].strip() or "unknown"


def _npm(browser: Browser) -> Iterator[Component]:
    for package, (licence, hashes) in sorted(browser.items()):
        name, _, version = package.rpartition("@")
        namespace, _, plain = name.rpartition("/")
        url = PackageURL("npm", namespace=namespace or None, name=plain, version=version)
        yield Component(
            name=name,
            version=version,
            bom_ref=str(url),
            purl=url,
            licenses=[LicenseFactory().make_from_string(licence)],
            components=[_file(file, digest) for file, digest in sorted(hashes.items())],
        )


def _file(name: str, digest: str) -> Component:
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=f"{name}#{digest[:12]}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
