"""`make package STAGE=prod`: writes the CloudFormation template, the code zip and the
software bill of materials to build/prod/.

Chalice generates the template from app.py and merges our template into it. The zip is built here,
because Chalice would build it for the interpreter that it runs on, without bytecode, and would
include its own command line.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click
from rich.console import Console

from chalicelib.settings import LOCAL
from infra.generate import vendor
from infra.packaging.console_bundle import BundlerMissing, BundlingFailed, bundle, remove_sources
from infra.packaging.slim import slim
from infra.supply_chain.sbom import SBOM, sbom
from infra.template.chalice_template import adapt
from infra.template.extensions import merged

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
TEMPLATE, PACKAGE = "template.json", "package.zip"
RUNTIME = "3.12"
"""The Python version of the functions. Lambda supports 3.11 until 2027."""
PLATFORMS = {
    "arm64": ("manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64"),
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64"),
}
"""The wheel platforms that run on Amazon Linux 2023, by Lambda's name for the architecture."""
TIMEOUT = 300
"""Seconds for Chalice and for pip."""


class PackagingError(Exception):
    """Packaging is impossible; the text tells the user why and what to do next."""


@dataclass(frozen=True, slots=True)
class Target:
    """The platform of a package. `python` is an interpreter of that version on this machine; it
    compiles the bytecode."""

    version: str
    architecture: str
    python: Path

    @property
    def properties(self) -> dict[str, object]:
        return {"Runtime": f"python{self.version}", "Architectures": [self.architecture]}


def target(version: str = RUNTIME, architecture: str = "arm64") -> Target:
    """Raises PackagingError if this machine has no such interpreter."""
    return Target(version, architecture, interpreter(version))


def interpreter(version: str) -> Path:
    """Looks on the PATH, in pyenv and in uv. Raises PackagingError."""
    for python in _candidates(version):
        if _version_of(python) == version:
            return python
    raise PackagingError(
        f"Packaging for python{version} needs an interpreter of that version, which compiles the "
        "bytecode. None was found on the PATH, in pyenv or in uv. "
        f"Try: uv python install {version}, or: pyenv install {version}"
    )


def _candidates(version: str) -> Iterator[Path]:
    for name in (f"python{version}", "python3"):
        found = shutil.which(name)
        if found:
            yield Path(found)
    pyenv = Path(os.path.expanduser("~/.pyenv/versions"))
    yield from sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True)
    uv = Path(os.path.expanduser("~/.local/share/uv/python"))
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/python3"), reverse=True)


def _version_of(python: Path) -> str | None:
    """None if it does not run: pyenv puts names on the PATH for versions that are missing."""
    ask = "import sys; print('{}.{}'.format(*sys.version_info))"
    try:
        answer = subprocess.run(
            [str(python), "-c", ask], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def package(stage: str, target: Target, folder: Path) -> str | None:
    """Writes TEMPLATE, PACKAGE and SBOM into `folder`. Returns the reason if the console is in the
    package without being bundled. Raises PackagingError."""
    stage_settings(stage)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_template(stage, target, folder)
    tree = folder / "tree"
    install(tree, target)
    unbundled = bundled_console(tree / "chalicelib" / "console")
    slim(tree, target.python)
    zipped(tree, folder / PACKAGE)
    (folder / SBOM).write_text(sbom(version(), tree, vendor.libraries()))
    shutil.rmtree(tree)
    return unbundled


def bundled_console(console: Path) -> str | None:
    """Replaces the sources of this copy by a bundle. Returns what this machine lacks for it."""
    try:
        bundle(console)
    except BundlerMissing as missing:
        return str(missing)
    except BundlingFailed as error:
        raise PackagingError(f"The console could not be bundled. {error}") from None
    remove_sources(console)
    return None


def stage_settings(stage: str) -> Mapping[str, Any]:
    """The stage's settings in .chalice/config.json. Raises PackagingError if it has none, or if it
    is `local`."""
    if stage == LOCAL:
        raise PackagingError(
            f"The stage {LOCAL!r} exists only on your machine (make run): its webhooks may reach "
            "any address of the network. Package another stage, for example STAGE=dev."
        )
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    if stage not in config["stages"]:
        raise PackagingError(
            f"There is no stage {stage!r}; .chalice/config.json has "
            f"{', '.join(name for name in config['stages'] if name != LOCAL)}."
        )
    found: Mapping[str, Any] = config["stages"][stage]
    return found


def write_template(stage: str, target: Target, folder: Path) -> None:
    """Runs `chalice package` in a copy of the app without requirements, so that it installs
    nothing."""
    settings = stage_settings(stage)
    traced = bool(settings.get("xray"))
    project, made = folder / "project", folder / "made"
    copy_app(project)
    shutil.copytree(ROOT / ".chalice", project / ".chalice")
    (project / "requirements.txt").touch()
    ours = folder / "merge.json"
    ours.write_text(json.dumps(merged(stage, target.properties, traced=traced)))
    start = "from chalice.cli import main; main()"
    chalice = [sys.executable, "-c", start, "--project-dir", str(project), "package"]
    wanted = ["--stage", stage, "--merge-template", str(ours), str(made)]
    _run([*chalice, *wanted], "Chalice could not make the template")
    template = json.loads((made / "sam.json").read_text())
    adapt(template, f"./{PACKAGE}")
    made_of = {"Stage": stage, "Version": version(), "Commit": commit()}
    template.setdefault("Metadata", {}).update({"Baton": made_of})
    (folder / TEMPLATE).write_text(json.dumps(template, indent=1, sort_keys=True) + "\n")
    for path in (project, made):
        shutil.rmtree(path)
    ours.unlink()


def version() -> str:
    """Baton's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def commit(folder: Path = ROOT) -> str:
    """The commit of the folder as `git describe` names it, with "-dirty" if files differ from it;
    "" without git or a repository."""
    describe = ["git", "describe", "--always", "--dirty"]
    try:
        found = subprocess.run(describe, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def install(tree: Path, target: Target) -> None:
    """Installs the app and its libraries into one folder, as Lambda expects them."""
    tree.mkdir()
    platforms = [f"--platform={name}" for name in PLATFORMS[target.architecture]]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-input"]
    kind = ["--only-binary=:all:", f"--python-version={target.version}", "--implementation=cp"]
    wanted = [f"--target={tree}", "--require-hashes", f"--requirement={ROOT / 'requirements.txt'}"]
    _run([*pip, *kind, *platforms, *wanted], "pip could not install the wheels for this target")
    copy_app(tree)


def copy_app(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "app.py", folder)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=unwanted)


def zipped(tree: Path, file: Path) -> Path:
    """Gives all files the earliest time of the zip format, so that the same tree makes the same
    zip."""
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            entry = ZipInfo(str(path.relative_to(tree)))
            entry.external_attr = 0o644 << 16
            package.writestr(entry, path.read_bytes(), compress_type=ZIP_DEFLATED)
    return file


def _run(command: list[str], failure: str) -> None:
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=TIMEOUT, env=environment
        )
    except subprocess.TimeoutExpired:
        raise PackagingError(f"{failure}: no answer within {TIMEOUT} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise PackagingError(f"{failure}: {error.stderr.strip()[-2000:]}") from None


@click.command()
@click.argument("stage")
@click.option(
    "--python", "version", default=RUNTIME, show_default=True, help="The functions' Python version."
)
@click.option("--arch", type=click.Choice([*PLATFORMS]), default="arm64", show_default=True)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="The output folder. Default: build/STAGE."
)
def main(stage: str, version: str, arch: str, folder: Path | None) -> None:
    """Package STAGE as one template and one zip."""
    console, folder = Console(), folder or BUILD / stage
    try:
        with console.status(f"Packaging {stage} for python{version} on {arch} …"):
            unbundled = package(stage, target(version, arch), folder)
    except PackagingError as error:
        raise click.ClickException(str(error)) from None
    if unbundled:
        click.echo(
            f"The console is not bundled, because {unbundled}. It works, but its first page loads "
            "in about fifty requests instead of six."
        )
    size = (folder / PACKAGE).stat().st_size / 1_000_000
    click.echo(f"{_shown(folder / TEMPLATE)}\n{_shown(folder / PACKAGE)}  {size:.1f} MB")


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    main()
