"""Agents of the package openai-agents. It needs the extra `openai-agents`."""

from typing import Any

from agents import Agent, FunctionTool, RunHooks, Runner, TResponseInputItem
from agents.run_context import RunContextWrapper

from baton_client.llm import HandoverResult, HandoverTool, openai_messages
from baton_client.transcript import Transcript
from baton_client.turns import AsyncTurn

Results = list[HandoverResult]


class TurnEnded(Exception):
    """The bot may not speak any more, so the model is not called again."""


class TurnGate(RunHooks[Any]):
    """Asks Baton before each call of a model, by whichever agent of the run.

    Extend it if you need hooks of your own, and give it to `answer`.
    """

    turn: AsyncTurn

    async def on_llm_start(
        self,
        context: RunContextWrapper[Any],
        agent: Agent[Any],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        """Raises TurnEnded, BatonUnavailable."""
        if not await self.turn.still_mine():
            raise TurnEnded


def handover_tool(turn: AsyncTurn, tool: HandoverTool, results: Results) -> FunctionTool:
    """The tool for an agent; what came of each call is added to `results`."""

    async def invoke(_: Any, arguments: str) -> str:
        result = await tool.arun(turn, arguments)
        results.append(result)
        return result.content

    return FunctionTool(tool.name, tool.description, tool.parameters, invoke)


async def answer(
    turn: AsyncTurn,
    agent: Agent[Any],
    transcript: Transcript,
    *,
    tool: HandoverTool | None = None,
    hooks: TurnGate | None = None,
    **options: Any,
) -> str | None:
    """Runs the agent on the conversation, and returns the text to show. None: stay silent.

    The agent gets the handover as one more tool. An agent that it hands off to gets none; give it
    `handover_tool` yourself. `options` are those of `Runner.run`. Raises BatonUnavailable, and what
    the run raises.
    """
    if not turn.is_mine:
        return None
    gate, results = hooks or TurnGate(), Results()
    gate.turn = turn
    offered = handover_tool(turn, tool or HandoverTool(), results)
    messages: list[Any] = list(openai_messages(transcript))
    try:
        run = await Runner.run(
            agent.clone(tools=[*agent.tools, offered]), messages, hooks=gate, **options
        )
    except TurnEnded:
        run = None
    for result in results:
        if result.handed_over:
            return result.say
    if run is None or any(result.ends_turn for result in results):
        return None
    text = str(run.final_output)
    return text if await turn.say(text) else None
