"""The history of deployments: one small record in the package bucket for each deployment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from infra.deployment.account import DeployError
from infra.deployment.packages import Package, PackageBucket

FOLDER = "deployments"
KEPT = 10
"""Deployments of each stage whose packages are kept."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that has succeeded. `id` is its time in UTC, so ids sort by time. `template` and
    `code` are keys in the bucket. `restores` is the id of the deployment that a rollback has
    repeated, or "". `overridden` are values that parameters had before a rollback has changed them
    for itself; the next deployment gives them back."""

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

    def add(
        self,
        stack: str,
        package: Package,
        version: str,
        by: str,
        restores: str = "",
        overridden: Mapping[str, str] | None = None,
    ) -> None:
        """Records a deployment that has just succeeded, and retires old packages."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        keys = package.template_key, package.code_key
        done = Deployment(now, stack, *keys, version, by, restores, overridden or {})
        self.bucket.write(f"{FOLDER}/{stack}/{now}.json", json.dumps(asdict(done)).encode())
        self.bucket.retire(self._used())

    def of(self, stack: str, newest: int = 100) -> list[Deployment]:
        """The newest deployments of the stack, oldest first."""
        keys = sorted(self.bucket.keys(f"{FOLDER}/{stack}/"))[-newest:]
        return [Deployment(**json.loads(self.bucket.read(key))) for key in keys]

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
        stacks = {key.split("/")[1] for key in self.bucket.keys(f"{FOLDER}/")}
        recent = (each for stack in stacks for each in self.of(stack, newest=KEPT))
        return {key for each in recent for key in (each.template, each.code)}


def current(history: Sequence[Deployment]) -> Deployment:
    """The deployment that a stack is at; a rollback counts as the deployment that it has repeated.
    Raises DeployError if there is none."""
    if not history:
        raise DeployError(
            "No deployment of this stage is recorded, so there is nothing to go back to. "
            "Deploy the older package: make deploy STAGE=… ARGS='--folder FOLDER'"
        )
    last = history[-1]
    return next((each for each in history if each.id == last.restores), last)


def previous(history: Sequence[Deployment]) -> Deployment:
    """The deployment before the current one whose package is another one. A second rollback goes
    one further back. Raises DeployError if there is none."""
    now = current(history)
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
