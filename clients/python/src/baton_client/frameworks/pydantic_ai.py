"""Agents of Pydantic AI: the handover is a deferred tool. It needs the extra `pydantic-ai`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_ai import Agent, AgentRun, DeferredToolRequests, DeferredToolResults
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.tools import ToolDefinition
from pydantic_ai.toolsets import ExternalToolset

from baton_client.llm import MAX_STEPS, HandoverTool, resume_context, unread
from baton_client.transcript import Transcript
from baton_client.turns import AsyncTurn

Messages = Sequence[ModelMessage]
OUTPUTS: Any = [str, DeferredToolRequests]


@dataclass(frozen=True, slots=True)
class Answered:
    """Show `text` to the user, if there is one, and keep `history` for the next turn."""

    text: str | None
    history: Messages


def handover_toolset(tool: HandoverTool) -> ExternalToolset[Any]:
    """The handover as a tool whose result comes from outside the run."""
    return ExternalToolset(
        [
            ToolDefinition(
                name=tool.name,
                description=tool.description,
                parameters_json_schema=tool.parameters,
            )
        ]
    )


async def answer(
    turn: AsyncTurn,
    agent: Agent[Any, str],
    transcript: Transcript,
    history: Messages = (),
    *,
    tool: HandoverTool | None = None,
    **options: Any,
) -> Answered:
    """Runs the agent on what it has not read yet.

    The run ends when the model asks for a person. The result of that tool call is given to the
    model when the conversation has come back: outcome, note, and what was written meanwhile. If the
    bot must stay silent, the history is the given one. `options` are those of `agent.iter`. Raises
    BatonUnavailable, and what the run raises.
    """
    tool = tool or HandoverTool()
    silent = Answered(None, history)
    if not turn.is_mine:
        return silent
    news = unread(transcript)
    returned = news.story or resume_context({})
    calls = {call.tool_call_id: returned for call in _open_calls(history, tool)}
    prompt: str | None = news.text if calls else news.prompt()
    messages: Messages = history
    for _ in range(MAX_STEPS):
        results = DeferredToolResults(calls=dict(calls)) if calls else None
        run: AgentRun[Any, Any]
        async with agent.iter(
            prompt or None,
            output_type=OUTPUTS,
            message_history=messages,
            deferred_tool_results=results,
            toolsets=[handover_toolset(tool)],
            **options,
        ) as run:
            async for node in run:
                if Agent.is_model_request_node(node) and not await turn.still_mine():
                    return silent
        assert run.result, "the run has ended"
        messages, output = run.result.all_messages(), run.result.output
        if isinstance(output, str):
            return Answered(output, messages) if await turn.say(output) else silent
        asked = _handovers(output, tool)
        done = await tool.arun(turn, asked[0].args_as_dict())
        if done.handed_over:
            return Answered(done.say, messages)
        if done.ends_turn:
            return silent
        prompt, calls = None, {call.tool_call_id: done.content for call in asked}
    return silent


def _open_calls(history: Messages, tool: HandoverTool) -> list[ToolCallPart]:
    last = history[-1] if history else None
    calls = last.tool_calls if isinstance(last, ModelResponse) else []
    return [call for call in calls if call.tool_name == tool.name]


def _handovers(requests: DeferredToolRequests, tool: HandoverTool) -> list[ToolCallPart]:
    foreign = [
        call.tool_name
        for call in [*requests.calls, *requests.approvals]
        if call.tool_name != tool.name
    ]
    if foreign:
        raise ValueError(
            f"`answer` knows only the deferred tool {tool.name}, not {', '.join(foreign)}. "
            "Use `handover_toolset` in a loop of your own."
        )
    return requests.calls
