"""The way on which every change reaches a stack: look first, get it ready, show the changes, ask,
execute, record, protect. `make deploy` and `make rollback` use it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import click
from botocore.exceptions import ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.deployment.account import Account, DeployError
from infra.deployment.cloudformation import ChangeSet, Stack, StackEvent, StackFailed
from infra.deployment.leftovers import TABLE, Leftovers, named, tags_of
from infra.deployment.packages import Package, Template
from infra.deployment.precious import losses, stack_policy
from infra.deployment.preflight import LOG_ROLE, Preflight
from infra.deployment.releases import Records, interrupted
from infra.deployment.stack_states import REASONS, Remedy, remedy_of
from infra.table import indexes, secrets_key, shards
from infra.template.policies import DATA_KEY
from infra.template.rollout import PRODUCTION
from infra.template.storage import EXISTING_FILES, EXISTING_STREAM, EXISTING_TABLE

HIDDEN = "****"
"""CloudFormation shows this instead of the value of a NoEcho parameter."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The consent that the user gave on the command line; the command asks for the rest. `lose`
    names precious resources that may be replaced or removed."""

    yes: bool = False
    clear: bool = False
    lose: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class StackChange:
    """One change of the stage's stack. `protect` is None if the stage's name decides."""

    console: Console
    account: Account
    stage: str
    stack: Stack
    records: Records
    approval: Approval
    protect: bool | None = None

    def settle(self) -> None:
        """Waits while CloudFormation works on the stack, and records the deployment that was
        interrupted but has succeeded. Raises DeployError, StackFailed."""
        self._await_others()
        done = interrupted(self.records, self.stack)
        if done:
            say(
                self.console,
                f"The deployment {done.id} has succeeded, though its command was interrupted. "
                "It is recorded now.",
            )
            self.with_key({}).records.finish(done)

    def prepare(self, template: Template, given: Mapping[str, str], size: int) -> dict[str, str]:
        """Looks for what would make the deployment fail, and gets the stack ready for a change set;
        returns the parameters to give. `size` is the code's in bytes.

        Raises DeployError, StackFailed.
        """
        remedy = self._await_others()
        wanted = self._wanted(template, given, remedy)
        wanted |= self._preflight(template, wanted, remedy, size)
        if remedy is Remedy.CLEAR:
            self._clear()
        elif remedy is Remedy.FINISH_ROLLBACK:
            self._finish_rollback()
        elif remedy is Remedy.CREATE:
            self._mention_leftovers({wanted.get(EXISTING_TABLE), wanted.get(EXISTING_FILES)})
        return wanted

    def with_key(self, given: Mapping[str, str]) -> "StackChange":
        """This change, with the stage's key for all that it writes to the bucket. `given` are the
        parameters to give."""
        key = given.get(DATA_KEY, self.stack.parameters.get(DATA_KEY, ""))
        return replace(self, records=Records(replace(self.records.bucket, key=key)))

    def apply(
        self,
        package: Package,
        given: Mapping[str, str],
        restores: str = "",
        overridden: Mapping[str, str] | None = None,
    ) -> None:
        """Shows the changes, asks, and executes them. `restores` is the id of the deployment that
        a rollback repeats, and `overridden` are the values before of parameters in `given` that
        are meant for this change only.

        Raises DeployError, StackFailed.
        """
        version, release = version_of(package.template), release_of(package.template)
        with self.console.status(f"Creating a change set for {self.stack.name} …"):
            change_set = self.stack.create_change_set(
                self.records.bucket.url(package.template_key),
                list(package.template.get("Parameters", {})),
                given,
                tags_of(self.stage, version),
            )
        if change_set is None:
            say(self.console, f"{self.stack.name} already matches the package. Nothing to do.")
            self._protect()
            return
        self.console.print(changes_table(change_set))
        try:
            allowed = self._approve(change_set)
            by = self.account.identity().arn
            begun = self.records.begin(self.stack.name, package, release, by, restores, overridden)
        except (DeployError, ClientError, click.Abort):
            self.stack.discard(change_set)
            raise
        self._execute(change_set, allowed)
        self.records.finish(begun)
        self._protect()
        self._report()

    def _await_others(self) -> Remedy:
        """Waits while CloudFormation works on the stack. Raises DeployError if only a person can
        mend it."""
        status = self.stack.status
        if remedy_of(status) is Remedy.WAIT:
            say(self.console, f"{self.stack.name} is {status}. Waiting until it has ended …")
            status = self.stack.wait(self._print_event)
        remedy = remedy_of(status)
        if remedy is Remedy.BY_HAND:
            why = REASONS.get(status or "", "a status that this program does not know")
            raise DeployError(
                f"{self.stack.name} is {status}: {why}. Roll it back first: "
                f"aws cloudformation rollback-stack --stack-name {self.stack.name}"
            )
        return remedy

    def _wanted(
        self, template: Template, given: Mapping[str, str], remedy: Remedy
    ) -> dict[str, str]:
        """A stack that is created again gets the parameters that its failed creation had."""
        if remedy is not Remedy.CLEAR:
            return dict(given)
        declared = template.get("Parameters", {})
        earlier = {
            name: value
            for name, value in self.stack.parameters.items()
            if name in declared and name != LOG_ROLE and value != HIDDEN
        }
        return earlier | dict(given)

    def _preflight(
        self, template: Template, wanted: Mapping[str, str], remedy: Remedy, size: int
    ) -> dict[str, str]:
        declared = template.get("Parameters", {})
        values = {name: str(each.get("Default", "")) for name, each in declared.items()}
        exists = remedy in (Remedy.UPDATE, Remedy.FINISH_ROLLBACK)
        present = self.stack.parameters if exists else {}
        values |= {name: value for name, value in present.items() if name in declared}
        values |= wanted
        refusal = (
            shards.refusal(present, values)
            or secrets_key.refusal(present, values)
            or (indexes.refusal(self.stack.template(), template) if exists else None)
        )
        if refusal:
            raise DeployError(refusal)
        with self.console.status("Checking the account …"):
            report = Preflight(self.account, template, values, present, size).run()
        for finding in report.findings:
            style = "bold red" if finding.stops else "yellow"
            say(self.console, finding.text, style)
        if report.stops:
            raise DeployError("Nothing was changed. Mend what is marked above, then deploy again.")
        return {k: v for k, v in report.chosen.items() if k not in wanted}

    def _clear(self) -> None:
        self._say_status("It must be deleted before it can be created again.")
        leftovers = Leftovers(self.account)
        before = leftovers.among(self.stack.resources())
        filled = leftovers.filled(before)
        if filled:
            say(self.console, f"It has data: {named(filled)} will be kept.")
        elif before:
            say(self.console, f"It has no data: {named(before)} will be deleted with it.")
        self._require_word(self.approval.clear, "--clear")
        delete_stack(self.stack, self.console)
        rest = leftovers.existing(before)
        if rest and not filled:
            leftovers.delete(rest)
            say(self.console, f"Deleted: {named(rest)}.")

    def _finish_rollback(self) -> None:
        self._say_status("The rollback must be finished before another change.")
        self._require_word(self.approval.clear, "--clear")
        try:
            self.stack.finish_rollback(self._print_event)
        except StackFailed as error:
            raise StackFailed(
                f"{error}\nMend the resources that are named above, then deploy again. To leave "
                "them as they are: aws cloudformation continue-update-rollback --stack-name "
                f"{self.stack.name} --resources-to-skip NAMES"
            ) from None

    def _say_status(self, consequence: str) -> None:
        status = self.stack.status or ""
        say(self.console, f"{self.stack.name} is {status}: {REASONS[status]}. {consequence}")

    def _require_word(self, given: bool, flag: str) -> None:
        question = f"Type the name of the stage to go on (or give ARGS={flag})"
        if not given and click.prompt(question, default="", show_default=False) != self.stage:
            raise DeployError("Nothing was changed.")

    def _mention_leftovers(self, adopted: Collection[str | None]) -> None:
        """`adopted` are the table and the bucket that the new stack will use."""
        try:
            leftovers = Leftovers(self.account)
            found = [each for each in leftovers.of_stage(self.stage) if each.name not in adopted]
            filled = leftovers.filled(found)
        except ClientError as error:
            say(self.console, f"Leftovers of an earlier stack could not be looked for: {error}")
            return
        if found:
            text = (
                f"An earlier stack of this stage has left {named(found)}. The new stack does not "
                f"use them. To delete them: make destroy STAGE={self.stage} ARGS=--with-data"
            )
            say(self.console, text, "yellow")
        for each in filled:
            adopt = {EXISTING_FILES: each.name}
            if each.type == TABLE:
                stream = leftovers.stream(each.name)
                adopt = {EXISTING_TABLE: each.name, EXISTING_STREAM: stream}
            options = " ".join(f"--parameter {name}={value}" for name, value in adopt.items())
            text = (
                f"There is data in {each}. To go on with it instead of an empty one: "
                f"make deploy STAGE={self.stage} ARGS='{options}'"
            )
            say(self.console, text, "yellow")

    def _approve(self, change_set: ChangeSet) -> set[str]:
        """The precious resources that may be lost. Raises DeployError after a no."""
        lost = losses(change_set.changes)
        unexpected = {name: what for name, what in lost.items() if name not in self.approval.lose}
        if unexpected:
            for name, what in unexpected.items():
                say(self.console, f"{name} would be replaced or removed: {what}.", "bold red")
            click.echo("This needs your word even with --yes.")
            self._require_word(False, " ".join(f"--lose={name}" for name in unexpected))
        elif not self.approval.yes and not click.confirm("Deploy these changes?"):
            raise DeployError("Nothing was changed.")
        return set(lost)

    def _execute(self, change_set: ChangeSet, allowed: set[str]) -> None:
        """While it runs, the stack policy permits the losses in `allowed`."""
        opens = bool(allowed) and self._is_protected()
        if opens:
            self.stack.set_policy(stack_policy(allowed))
        try:
            self.stack.execute(change_set, self._print_event)
        finally:
            if opens:
                self.stack.set_policy(stack_policy())

    def _is_protected(self) -> bool:
        return self.stack.is_protected or self._shall_protect()

    def _shall_protect(self) -> bool:
        return self.stage == PRODUCTION if self.protect is None else self.protect

    def _protect(self) -> None:
        if self._shall_protect():
            self.stack.set_policy(stack_policy())
            self.stack.protect(on=True)
        elif self.protect is False and self.stack.is_protected:
            self.stack.set_policy(ANYTHING)
            self.stack.protect(on=False)

    def _print_event(self, event: StackEvent) -> None:
        say(self.console, event_line(event))

    def _report(self) -> None:
        table = Table("output", "value", title=f"{self.stack.name} is deployed")
        for name, value in sorted(self.stack.outputs.items()):
            table.add_row(name, escape(value))
        self.console.print(table)


ANYTHING: Mapping[str, object] = {
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}]
}
"""The stack policy that permits every update: a stack policy cannot be removed."""


def delete_stack(stack: Stack, console: Console) -> None:
    """Deletes the stack. Resources that CloudFormation cannot delete leave the stack and stay in
    the account. Raises StackFailed."""

    def report(event: StackEvent) -> None:
        say(console, event_line(event))

    try:
        stack.delete(report)
    except StackFailed:
        stuck = [each for each in stack.resources() if each.status == "DELETE_FAILED"]
        if not stuck or stack.status != "DELETE_FAILED":
            raise
        stack.delete(report, retain=[each.logical for each in stuck])
        for each in stuck:
            text = (
                f"CloudFormation could not delete {each.logical} ({each.type}, {each.physical}). "
                "It stays in the account; delete it by hand."
            )
            say(console, text, "yellow")
    say(console, f"{stack.name} is deleted.")


def say(console: Console, text: str, style: str | None = None) -> None:
    """Prints a sentence as it is: no line break inside a command that somebody copies."""
    console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)


def changes_table(change_set: ChangeSet) -> Table:
    """The planned changes. Resources of which only the tags change are counted in the caption."""
    lost = losses(change_set.changes)
    tagged = sum(change.only_tags for change in change_set.changes)
    caption = f"{tagged} more resources only get other tags." if tagged else None
    table = Table(
        "action", "resource", "type", "replaced", title="Planned changes", caption=caption
    )
    for change in sorted(change_set.changes, key=lambda each: (each.action, each.resource)):
        if change.only_tags:
            continue
        style = "bold red" if change.resource in lost else "yellow" if change.loses else None
        kept = " (the old one is kept)" if change.kept and change.loses else ""
        replaced = {"False": "", "True": "yes", "Conditional": "maybe"}
        replacement = replaced.get(change.replacement, "") + kept
        table.add_row(change.action, change.resource, change.type, replacement, style=style)
    return table


def event_line(event: StackEvent) -> str:
    return f"{event.at:%H:%M:%S}  {event.status:<28}{event.resource}  {event.reason}".rstrip()


def version_of(template: Mapping[str, Any]) -> str:
    """Baton's version, which `make package` writes into the template, or ""."""
    return str(_made_of(template).get("Version", ""))


def release_of(template: Mapping[str, Any]) -> str:
    """Baton's version and the commit that the package was made of, as in `1.2.0 (0de5720)`."""
    commit = _made_of(template).get("Commit", "")
    return version_of(template) + (f" ({commit})" if commit else "")


def _made_of(template: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template.get("Metadata", {}).get("Baton", {})
    return found
