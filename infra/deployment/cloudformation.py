"""One CloudFormation stack: create a change set, execute it, protect and delete the stack."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.deployment.stack_states import Remedy, remedy_of
from infra.permissions import boundary

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
"""The template creates IAM roles and uses the SAM macro."""
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation fails an empty change set with one of these texts; it has no error code for it."""
SUCCEEDED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
"""The stack's status after a change set that was executed without a failure."""
POLL_SECONDS = 2.0


class StackFailed(Exception):
    """CloudFormation refused or failed; the text has its reasons."""


@dataclass(frozen=True, slots=True)
class Change:
    """A planned change of one resource. `action` is Add, Modify, Remove, Import or Dynamic.
    `replacement` is True, False, Conditional, or empty if it does not apply. `kept` is true if a
    DeletionPolicy or UpdateReplacePolicy retains the old resource. `only_tags` is true if nothing
    but tags changes."""

    action: str
    resource: str
    type: str
    replacement: str
    kept: bool
    only_tags: bool = False

    @property
    def loses(self) -> bool:
        """True if the existing resource may no longer be part of the stack afterwards."""
        return self.action == "Remove" or self.replacement in ("True", "Conditional")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that has not been executed. `creates` is true if the stack is new."""

    name: str
    creates: bool
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of the stack. `physical` is its name or ARN, or "" if it was never created."""

    logical: str
    physical: str
    type: str
    status: str


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One line of a stack's event log."""

    id: str
    at: datetime
    resource: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        return self.status.endswith("_FAILED")


class Stack:
    """`client` is a boto3 CloudFormation client. A change may take `deadline` seconds; the state is
    read every `poll` seconds."""

    def __init__(
        self, client: Any, name: str, *, deadline: float = 3600, poll: float = POLL_SECONDS
    ) -> None:
        self.name = name
        self._client = client
        self._deadline = deadline
        self._poll = poll

    def description(self) -> Mapping[str, Any] | None:
        """None if the stack does not exist."""
        try:
            (found,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        described: Mapping[str, Any] = found
        return None if described["StackStatus"] == "DELETE_COMPLETE" else described

    @property
    def status(self) -> str | None:
        """None if the stack does not exist."""
        found = self.description()
        return None if found is None else str(found["StackStatus"])

    @property
    def is_protected(self) -> bool:
        """True if CloudFormation refuses to delete the stack."""
        return bool((self.description() or {}).get("EnableTerminationProtection"))

    @property
    def outputs(self) -> dict[str, str]:
        found = self.description() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    @property
    def parameters(self) -> dict[str, str]:
        """The stack's parameters and their values."""
        found = self.description() or {}
        listed = found.get("Parameters", [])
        return {each["ParameterKey"]: each.get("ParameterValue", "") for each in listed}

    def template(self) -> Mapping[str, Any]:
        """The template as it was given. Empty if it was written in YAML, which ours never is."""
        found = self._client.get_template(StackName=self.name, TemplateStage="Original")
        body = found["TemplateBody"]
        return body if isinstance(body, dict) else {}

    def resources(self) -> list[StackResource]:
        """All resources that the stack has or had, also after a failed creation."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [_resource(each) for page in pages for each in page["StackResourceSummaries"]]

    def create_change_set(
        self,
        template_url: str,
        declared: Sequence[str],
        given: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> ChangeSet | None:
        """Creates a change set; None if the template changes nothing. `given` are parameter values;
        the other parameters keep theirs. CloudFormation gives `tags` to each resource of the stack
        that can have tags.

        Raises StackFailed.
        """
        creates = remedy_of(self.status) is Remedy.CREATE
        name = datetime.now(UTC).strftime("baton-%Y%m%d-%H%M%S-%f")
        previous = set() if creates else set(self.parameters)
        kept = (previous & set(declared)) - set(given)
        parameters: list[Mapping[str, object]]
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]
        parameters += [{"ParameterKey": k, "UsePreviousValue": True} for k in sorted(kept)]
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateURL=template_url,
            Parameters=parameters,
            Capabilities=CAPABILITIES,
            Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        )
        ended, why = self._await_change_set(name)
        if ended == "CREATE_COMPLETE":
            return ChangeSet(name, creates, list(self._changes(name)))
        self.discard(ChangeSet(name, creates, []))
        if any(words in why for words in NO_CHANGES):
            return None
        raise StackFailed(f"CloudFormation refused the change set: {why}")

    def discard(self, change_set: ChangeSet) -> None:
        """Deletes the change set, and the empty stack if the change set created it."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set.name)
        if change_set.creates:
            self._client.delete_stack(StackName=self.name)

    def execute(self, change_set: ChangeSet, report: Callable[[StackEvent], None]) -> None:
        """Calls `report` for each stack event and returns when the stack is updated. Raises
        StackFailed."""
        seen = {event.id for event in self._events()}
        self._client.execute_change_set(StackName=self.name, ChangeSetName=change_set.name)
        self._follow(seen, report, SUCCEEDED)

    def delete(self, report: Callable[[StackEvent], None], retain: Sequence[str] = ()) -> None:
        """Calls `report` for each stack event and returns when the stack is deleted. `retain` names
        resources that stay in the account; CloudFormation accepts it only in DELETE_FAILED.

        Raises StackFailed.
        """
        found = self.description()
        if found is None:
            return
        seen = {event.id for event in self._events()}
        wanted = {"RetainResources": list(retain)} if retain else {}
        # Follow it by its id: CloudFormation does not find a deleted stack by name.
        self._client.delete_stack(StackName=self.name, **wanted)
        self._follow(seen, report, ("DELETE_COMPLETE",), found["StackId"])

    def wait(self, report: Callable[[StackEvent], None]) -> str | None:
        """Waits while CloudFormation works on the stack; returns its status then. Raises
        StackFailed after the deadline."""
        found = self.description()
        if found is None:
            return None
        seen = {event.id for event in self._events()}
        for _ in self._until_deadline("CloudFormation has not finished"):
            self._report_new(seen, report, found["StackId"])
            if remedy_of(self._status(found["StackId"])) is not Remedy.WAIT:
                return self.status
        raise AssertionError("the deadline raises")

    def finish_rollback(self, report: Callable[[StackEvent], None]) -> None:
        """Continues the rollback of an update that has failed. Raises StackFailed."""
        seen = {event.id for event in self._events()}
        self._client.continue_update_rollback(StackName=self.name)
        self._follow(seen, report, ("UPDATE_ROLLBACK_COMPLETE",))

    def set_policy(self, policy: Mapping[str, object]) -> None:
        """The stack policy says which resources an update may replace or delete."""
        self._client.set_stack_policy(StackName=self.name, StackPolicyBody=json.dumps(policy))

    def protect(self, *, on: bool) -> None:
        """While it is on, CloudFormation refuses to delete the stack."""
        self._client.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=on
        )

    def _await_change_set(self, name: str) -> tuple[str, str]:
        """Waits until the change set is created or has failed; returns the status and the
        reason."""
        for _ in self._until_deadline("The change set is not ready"):
            made = self._client.describe_change_set(StackName=self.name, ChangeSetName=name)
            if made["Status"] in ("CREATE_COMPLETE", "FAILED"):
                return made["Status"], made.get("StatusReason", "")
        raise AssertionError("the deadline raises")

    def _changes(self, name: str) -> Iterator[Change]:
        wanted = {"StackName": self.name, "ChangeSetName": name}
        while True:
            page = self._client.describe_change_set(**wanted)
            yield from (_change(each["ResourceChange"]) for each in page["Changes"])
            if not page.get("NextToken"):
                return
            wanted["NextToken"] = page["NextToken"]

    def _follow(
        self,
        seen: set[str],
        report: Callable[[StackEvent], None],
        good: Sequence[str],
        stack_id: str | None = None,
    ) -> None:
        failures: list[StackEvent] = []
        for _ in self._until_deadline("CloudFormation has not finished"):
            new = self._report_new(seen, report, stack_id)
            failures += [event for event in new if event.is_failure]
            status = self._status(stack_id)
            if status in good:
                return
            if not status.endswith("_IN_PROGRESS"):
                reasons = [f"{each.resource}: {each.reason}" for each in failures]
                advice = boundary.hint([each.reason for each in failures])
                said = [f"{self.name} is {status}.", *reasons, *([advice] if advice else [])]
                raise StackFailed("\n".join(said))

    def _report_new(
        self, seen: set[str], report: Callable[[StackEvent], None], stack_id: str | None
    ) -> list[StackEvent]:
        """The events that are not in `seen`, to which it adds them."""
        new = [event for event in self._events(stack_id) if event.id not in seen]
        for event in new:
            seen.add(event.id)
            report(event)
        return new

    def _status(self, stack_id: str | None) -> str:
        (found,) = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"]
        return str(found["StackStatus"])

    def _events(self, stack_id: str | None = None) -> list[StackEvent]:
        """The newest hundred or so, oldest first."""
        answer = self._client.describe_stack_events(StackName=stack_id or self.name)
        return [_event(each) for each in reversed(answer["StackEvents"])]

    def _until_deadline(self, what: str) -> Iterator[None]:
        end = time.monotonic() + self._deadline
        while time.monotonic() < end:
            yield
            time.sleep(self._poll)
        raise StackFailed(
            f"{what} after {self._deadline:.0f} seconds. CloudFormation continues; "
            f"look at the stack {self.name} in its console."
        )


def _change(described: Mapping[str, Any]) -> Change:
    return Change(
        described["Action"],
        described["LogicalResourceId"],
        described["ResourceType"],
        described.get("Replacement") or "",
        "Retain" in (described.get("PolicyAction") or ""),
        described["Action"] == "Modify" and described.get("Scope") == ["Tags"],
    )


def _resource(described: Mapping[str, Any]) -> StackResource:
    return StackResource(
        described["LogicalResourceId"],
        described.get("PhysicalResourceId") or "",
        described["ResourceType"],
        described["ResourceStatus"],
    )


def _event(described: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        described["EventId"],
        described["Timestamp"],
        described["LogicalResourceId"],
        described["ResourceStatus"],
        described.get("ResourceStatusReason", ""),
    )
