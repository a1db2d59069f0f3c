"""The history of deployments: small records in the package bucket.

A deployment is written to the folder BEGUN before CloudFormation executes it, and to FOLDER when it
has succeeded. The command may be interrupted in between, while CloudFormation goes on; then the
next command compares what was begun with what the stack runs (`interrupted`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.deployment.account import DeployError
from infra.deployment.cloudformation import SUCCEEDED, Stack
from infra.deployment.packages import Package, PackageBucket, Template, template_key
from infra.deployment.stack_states import Remedy, remedy_of

FOLDER, BEGUN = "deployments", "begun"
KEPT = 10
"""Deployments of each stage whose packages are kept."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """`id` is the time in UTC at which it was begun, so ids sort by time. `template` and `code` are
    keys in the bucket. `version` also names the commit. `restores` is the id of the deployment that
    a rollback has repeated, or "". `overridden` are values that parameters had before a rollback
    has changed them for itself; the next deployment gives them back."""

    id: str
    stack: str
    template: str
    code: str
    version: str
    by: str
    restores: str = ""
    overridden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of all stacks whose packages are in `bucket`."""

    bucket: PackageBucket

    def begin(
        self,
        stack: str,
        package: Package,
        version: str,
        by: str,
        restores: str = "",
        overridden: Mapping[str, str] | None = None,
    ) -> Deployment:
        """Writes down a deployment that is about to be executed."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        keys = package.template_key, package.code_key
        begun = Deployment(now, stack, *keys, version, by, restores, overridden or {})
        self._write(BEGUN, begun)
        return begun

    def finish(self, deployment: Deployment) -> None:
        """Records that the deployment has succeeded, and retires old packages."""
        self._write(FOLDER, deployment)
        self.bucket.retire(self._used())

    def unfinished(self, stack: str) -> list[Deployment]:
        """The deployments that were begun after the last one that is recorded, oldest first: they
        have failed, or the command did not see how they ended."""
        last = self._newest_keys(FOLDER, stack, 1)
        after = last[0].removeprefix(FOLDER) if last else ""
        keys = self._newest_keys(BEGUN, stack, KEPT)
        return self._read(key for key in keys if key.removeprefix(BEGUN) > after)

    def of(self, stack: str, newest: int = 100) -> list[Deployment]:
        """The newest deployments of the stack, oldest first."""
        return self._read(self._newest_keys(FOLDER, stack, newest))

    def overridden(self, stack: str) -> Mapping[str, str]:
        """The parameters that the last deployment has changed for itself, and their values
        before."""
        last = self.of(stack, newest=1) if self.bucket.exists() else []
        return last[0].overridden if last else {}

    def package_of(self, deployment: Deployment) -> Package:
        """Uploads the files again, so that they are no longer retired. Raises DeployError if the
        bucket no longer has them."""
        template, code = self.bucket.read(deployment.template), self.bucket.read(deployment.code)
        self.bucket.write(deployment.template, template)
        self.bucket.write(deployment.code, code)
        return Package(json.loads(template), deployment.template, deployment.code)

    def _used(self) -> set[str]:
        keys = (*self.bucket.keys(f"{FOLDER}/"), *self.bucket.keys(f"{BEGUN}/"))
        used = (
            each
            for stack in {key.split("/")[1] for key in keys}
            for each in (*self.of(stack, newest=KEPT), *self.unfinished(stack))
        )
        return {key for each in used for key in (each.template, each.code)}

    def _write(self, folder: str, deployment: Deployment) -> None:
        content = json.dumps(asdict(deployment)).encode()
        self.bucket.write(f"{folder}/{deployment.stack}/{deployment.id}.json", content)

    def _newest_keys(self, folder: str, stack: str, newest: int) -> list[str]:
        return sorted(self.bucket.keys(f"{folder}/{stack}/"))[-newest:]

    def _read(self, keys: Iterable[str]) -> list[Deployment]:
        return [Deployment(**json.loads(self.bucket.read(key))) for key in keys]


def interrupted(records: Records, stack: Stack) -> Deployment | None:
    """The deployment that has succeeded although the command that began it was interrupted, so that
    it is not recorded."""
    if stack.status not in SUCCEEDED or not records.bucket.exists():
        return None
    begun = records.unfinished(stack.name)
    found = _deployed(stack.template(), [*records.of(stack.name), *begun]) if begun else None
    return found if found in begun else None


def template_in_use(stack: Stack) -> Template:
    """Empty if the stack has none, or while it changes."""
    return dict(stack.template()) if remedy_of(stack.status) is Remedy.UPDATE else {}


def _deployed(template: Mapping[str, Any], history: Sequence[Deployment]) -> Deployment | None:
    """The newest deployment with this template. If CloudFormation gives the template back in
    another form, so that none has it, the newest one with the same code."""
    key, text = template_key(template), json.dumps(template)
    same = [each for each in history if each.template == key]
    return next(reversed(same or [each for each in history if each.code in text]), None)


def current(history: Sequence[Deployment], template: Template) -> Deployment | None:
    """The deployment that the stack is at; a rollback counts as the deployment that it has
    repeated. `template` is the stack's; if it is empty, the last deployment counts. None if the
    stack has a package that is not recorded.

    Raises DeployError if nothing is recorded.
    """
    if not history:
        raise DeployError(
            "No deployment of this stage is recorded, so there is nothing to go back to. "
            "Deploy the older package: make deploy STAGE=… ARGS='--folder FOLDER'"
        )
    found = _deployed(template, history) if template else history[-1]
    return found and _repeated(history, found)


def _repeated(history: Sequence[Deployment], deployment: Deployment) -> Deployment:
    return next((each for each in history if each.id == deployment.restores), deployment)


def previous(history: Sequence[Deployment], now: Deployment | None) -> Deployment:
    """The deployment before the current one, `now`, whose package is another one; the last one if
    the current package is not recorded. A second rollback goes one further back. Raises DeployError
    if there is none."""
    if now is None:
        return _repeated(history, history[-1])
    earlier = [each for each in history if each.id < now.id and not each.restores]
    for each in reversed(earlier):
        if (each.template, each.code) != (now.template, now.code):
            return each
    raise DeployError(
        f"The deployment {now.id} is the first one that is recorded, so there is nothing to go "
        "back to."
    )


def chosen(history: Sequence[Deployment], wanted: str) -> Deployment:
    """The deployment with the id `wanted`. Raises DeployError if there is none."""
    for each in history:
        if each.id == wanted:
            return each
    known = ", ".join(each.id for each in history[-KEPT:]) or "none"
    raise DeployError(f"There is no deployment {wanted}. The last ones are: {known}.")
