"""One CloudFormation stack: what a template would change in it, the change itself, and its end."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
"""The template has roles, and SAM, a macro, expands it."""
CREATED_FOR_REVIEW = "REVIEW_IN_PROGRESS"
"""A stack that is nothing yet but a change set."""
NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation's words for it, which fail the change set; it has no code for that."""
POLL = 2.0
"""Seconds."""


class StackFailed(Exception):
    """What CloudFormation refused or could not do, in its own words."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would be done to one resource: `action` Add, Modify, Remove, Import or Dynamic;
    `replacement` True, False or Conditional, empty where nothing is replaced; `kept` where a
    policy of the template keeps the thing itself."""

    action: str
    resource: str
    type: str
    replacement: str
    kept: bool

    @property
    def loses(self) -> bool:
        """Whether what is behind the resource now is no longer part of the stack after it."""
        return self.action == "Remove" or self.replacement in ("True", "Conditional")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change set that waits for a decision."""

    name: str
    creates: bool
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of what happens to a stack."""

    id: str
    at: datetime
    resource: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        return self.status.endswith("_FAILED")


class Stack:
    """The stack of that name. `client` is a boto3 client of CloudFormation; `deadline` is how many
    seconds a change may take."""

    def __init__(
        self, client: Any, name: str, *, deadline: float = 3600, poll: float = POLL
    ) -> None:
        self.name = name
        self._client = client
        self._deadline = deadline
        self._poll = poll

    def description(self) -> Mapping[str, Any] | None:
        """None where there is no such stack, or nothing in it yet."""
        try:
            (found,) = self._client.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        if found["StackStatus"] in (CREATED_FOR_REVIEW, "DELETE_COMPLETE"):
            return None
        described: Mapping[str, Any] = found
        return described

    @property
    def outputs(self) -> dict[str, str]:
        found = self.description() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    @property
    def parameters(self) -> set[str]:
        """The names of those that it was given."""
        found = self.description() or {}
        return {each["ParameterKey"] for each in found.get("Parameters", [])}

    def propose(
        self, template_url: str, declared: Sequence[str], given: Mapping[str, str]
    ) -> Proposal | None:
        """None where nothing would change. Parameters that are not given stay as they are.

        Raises StackFailed.
        """
        creates = self.description() is None
        name = datetime.now(UTC).strftime("baton-%Y%m%d-%H%M%S-%f")
        kept = (self.parameters & set(declared)) - set(given)
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
        )
        ended, why = self._made(name)
        if ended == "CREATE_COMPLETE":
            return Proposal(name, creates, list(self._changes(name)))
        self.forget(Proposal(name, creates, []))
        if any(words in why for words in NOTHING_TO_DO):
            return None
        raise StackFailed(f"CloudFormation refuses the change set: {why}")

    def forget(self, proposal: Proposal) -> None:
        """As if it had never been proposed."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=proposal.name)
        if proposal.creates:
            self._client.delete_stack(StackName=self.name)

    def carry_out(self, proposal: Proposal, told: Callable[[Event], None]) -> None:
        """Returns when it is done. Raises StackFailed with the reasons where it is not."""
        seen = {event.id for event in self._events()}
        self._client.execute_change_set(StackName=self.name, ChangeSetName=proposal.name)
        self._follow(seen, told, ("CREATE_COMPLETE", "UPDATE_COMPLETE"))

    def delete(self, told: Callable[[Event], None]) -> None:
        """Returns when it is gone. Raises StackFailed with the reasons where it is not."""
        found = self.description()
        if found is None:
            return
        seen = {event.id for event in self._events()}
        # By its id: a stack that is gone is not found by its name.
        self._client.delete_stack(StackName=self.name)
        self._follow(seen, told, ("DELETE_COMPLETE",), found["StackId"])

    def _made(self, name: str) -> tuple[str, str]:
        """The status in which the making of a change set ends, and why."""
        for _ in self._until_deadline("The change set is not made"):
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
        told: Callable[[Event], None],
        good: Sequence[str],
        stack_id: str | None = None,
    ) -> None:
        failures: list[Event] = []
        for _ in self._until_deadline("CloudFormation is not done"):
            for event in self._events(stack_id):
                if event.id not in seen:
                    seen.add(event.id)
                    told(event)
                    failures += [event] if event.is_failure else []
            status = self._status(stack_id)
            if status in good:
                return
            if not status.endswith("_IN_PROGRESS"):
                reasons = [f"{each.resource}: {each.reason}" for each in failures]
                raise StackFailed("\n".join([f"{self.name} is {status}.", *reasons]))

    def _status(self, stack_id: str | None) -> str:
        (found,) = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"]
        return str(found["StackStatus"])

    def _events(self, stack_id: str | None = None) -> list[Event]:
        """Oldest first; the newest hundred or so."""
        answer = self._client.describe_stack_events(StackName=stack_id or self.name)
        return [_event(each) for each in reversed(answer["StackEvents"])]

    def _until_deadline(self, what: str) -> Iterator[None]:
        end = time.monotonic() + self._deadline
        while time.monotonic() < end:
            yield
            time.sleep(self._poll)
        raise StackFailed(
            f"{what} after {self._deadline:.0f} seconds. It goes on without this command; "
            f"look at the stack {self.name} in CloudFormation."
        )


def _change(described: Mapping[str, Any]) -> Change:
    return Change(
        described["Action"],
        described["LogicalResourceId"],
        described["ResourceType"],
        described.get("Replacement") or "",
        "Retain" in (described.get("PolicyAction") or ""),
    )


def _event(described: Mapping[str, Any]) -> Event:
    return Event(
        described["EventId"],
        described["Timestamp"],
        described["LogicalResourceId"],
        described["ResourceStatus"],
        described.get("ResourceStatusReason", ""),
    )
