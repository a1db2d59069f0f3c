"""Graphs of LangGraph: the handover is an interrupt. It needs the extra `langgraph`."""

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt, interrupt

from baton_client.llm import MAX_STEPS, HandoverTool, unread
from baton_client.transcript import Transcript
from baton_client.turns import Turn

MARK = "baton_handover"
"""The key of an interrupt's value that holds the arguments of the handover."""
NOT_DONE = "Nothing was done: a person took the conversation meanwhile."


def handover_tool(tool: HandoverTool | None = None) -> BaseTool:
    """A tool for `ToolNode` and `bind_tools`. It interrupts the graph and does nothing else, so
    LangGraph may run its node again; `answer` hands the conversation over."""
    tool = tool or HandoverTool()

    def hand_over(**arguments: Any) -> str:
        return str(interrupt({MARK: arguments}))

    return StructuredTool.from_function(
        func=hand_over,
        name=tool.name,
        description=tool.description,
        args_schema=tool.parameters,
    )


def answer(
    turn: Turn,
    graph: CompiledStateGraph[Any, Any, Any, Any],
    config: RunnableConfig,
    transcript: Transcript,
    *,
    tool: HandoverTool | None = None,
) -> str | None:
    """Runs the graph on what it has not read yet, and returns the text to show. None: stay silent.

    The graph has a checkpointer, and its state has `messages`. Use one `thread_id` for each
    conversation, for example `turn.conversation_id`. Baton is asked before each step of the
    graph. An interrupted graph goes on when the conversation has come back; the tool's result
    is then outcome, note, what was written meanwhile, and the user's new message. If a process died
    between interrupt and handover, the next call hands over. Raises BatonUnavailable, ValueError
    for an interrupt of another kind, and what the graph raises.
    """
    tool = tool or HandoverTool()
    if not turn.is_mine:
        return None
    news = unread(transcript)
    asked = _handover(graph, config)
    unfinished = _unfinished(_messages(graph, config), transcript)
    step: Any = {"messages": [*unfinished, {"role": "user", "content": news.prompt()}]}
    if asked is not None and news.story:
        step, asked = Command(resume=news.prompt()), None
    for _ in range(MAX_STEPS):
        if asked is None:
            for _update in graph.stream(step, config, stream_mode="updates"):
                if not turn.still_mine():
                    return None
            asked = _handover(graph, config)
        if asked is None:
            text = str(_messages(graph, config)[-1].text)
            return text if turn.say(text) else None
        done = tool.run(turn, asked)
        if done.handed_over:
            return done.say
        if done.ends_turn:
            return None
        step, asked = Command(resume=done.content), None
    return None


def _handover(
    graph: CompiledStateGraph[Any, Any, Any, Any], config: RunnableConfig
) -> Mapping[str, Any] | None:
    """The arguments of the handover that the graph waits for."""
    waiting: tuple[Interrupt, ...] = graph.get_state(config).interrupts
    if not waiting:
        return None
    value = waiting[0].value
    if len(waiting) > 1 or not isinstance(value, Mapping) or MARK not in value:
        raise ValueError(f"`answer` knows only the interrupt of `handover_tool`, not {waiting!r}.")
    arguments: Mapping[str, Any] = value[MARK]
    return arguments


def _messages(
    graph: CompiledStateGraph[Any, Any, Any, Any], config: RunnableConfig
) -> list[AnyMessage]:
    messages: list[AnyMessage] = graph.get_state(config).values.get("messages", [])
    return messages


def _unfinished(messages: list[AnyMessage], transcript: Transcript) -> list[Any]:
    """Mends the end of a run that a person cut off: it answers tool calls that were not done, since
    models refuse a history without, and takes out a reply that the user has not seen."""
    last = messages[-1] if messages else None
    if not isinstance(last, AIMessage):
        return []
    if last.tool_calls:
        return [ToolMessage(NOT_DONE, tool_call_id=call["id"]) for call in last.tool_calls]
    said = [entry["text"] for entry in transcript if entry.get("from") == "bot"]
    return [] if last.text in said else [RemoveMessage(id=str(last.id))]
