"""A bot for each agent framework, with the real package and a model that is a script."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from baton_client import AsyncBaton, Baton
from baton_client.llm import HandoverTool
from tests.clients.app_server import AppServer

Step = str | Mapping[str, Any] | Callable[[], "Step"]
"""An act of the model: a text, the arguments of the handover, or a function that returns a step."""
NAME = "hand_over_to_person"
OTHER_TOOL: Mapping[str, Any] = {"look_up": {}}
"""Calls the bot's own tool instead of the handover."""


class ModelScript:
    """`read` has everything that the model was given, one text for each of its calls.

    A `rule` makes each step of what the model was given.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.read: list[str] = []
        self.rule: Callable[[Any], str | Mapping[str, Any]] | None = None

    def next(self, given: object) -> str | Mapping[str, Any]:
        self.read.append(str(given))
        if self.rule:
            return self.rule(given)
        step = self.steps.pop(0)
        while callable(step):
            step = step()
        return step


class ScriptedBot(Protocol):
    script: ModelScript

    def answer(self, user: str, text: str, message_id: str | None = None) -> str | None:
        """The texts that the user sees."""


def look_up() -> str:
    """Look the order up."""
    return "It was sent on Monday."


class OpenAIAgentsBot:
    def __init__(self, server: AppServer, tool: HandoverTool) -> None:
        from agents import Agent, Model, ModelResponse, RunConfig, Usage, function_tool
        from openai.types.responses import (
            ResponseFunctionToolCall,
            ResponseOutputMessage,
            ResponseOutputText,
        )

        self.script = script = ModelScript()

        class ScriptedModel(Model):
            async def get_response(
                self, system_instructions: Any, input: Any, *_: Any, **__: Any
            ) -> ModelResponse:
                step = await asyncio.to_thread(script.next, input)
                number = len(script.read)
                item: Any
                if isinstance(step, str):
                    text = ResponseOutputText(text=step, type="output_text", annotations=[])
                    item = ResponseOutputMessage(
                        id=f"m{number}",
                        content=[text],
                        role="assistant",
                        status="completed",
                        type="message",
                    )
                else:
                    name, arguments = called(step)
                    item = ResponseFunctionToolCall(
                        call_id=f"c{number}", name=name, arguments=arguments, type="function_call"
                    )
                return ModelResponse(output=[item], usage=Usage(), response_id=None)

            def stream_response(self, *_: Any, **__: Any) -> Any:
                raise NotImplementedError

        self._server, self._tool = server, tool
        self.agent = Agent(name="bot", model=ScriptedModel(), tools=[function_tool(look_up)])
        self._config = RunConfig(tracing_disabled=True)

    def answer(self, user: str, text: str, message_id: str | None = None) -> str | None:
        from baton_client.frameworks.openai_agents import answer

        async def run() -> str | None:
            baton = AsyncBaton(self._server.url, self._server.key)
            turn = await baton.heard("web", user, text=text, message_id=message_id)
            transcript = await baton.transcript(turn.conversation_id)
            shown = await answer(
                turn, self.agent, transcript, tool=self._tool, run_config=self._config
            )
            await baton.aclose()
            return shown

        return asyncio.run(run())


class PydanticAIBot:
    def __init__(self, server: AppServer, tool: HandoverTool) -> None:
        from pydantic_ai import Agent
        from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
        from pydantic_ai.models.function import AgentInfo, FunctionModel

        self.script = script = ModelScript()

        async def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            step = await asyncio.to_thread(script.next, messages)
            if isinstance(step, str):
                return ModelResponse(parts=[TextPart(step)])
            name, arguments = called(step)
            return ModelResponse(parts=[ToolCallPart(name, arguments)])

        self._server, self._tool = server, tool
        self.agent = Agent(FunctionModel(model), tools=[look_up])
        self._history: Any = []

    def answer(self, user: str, text: str, message_id: str | None = None) -> str | None:
        from baton_client.frameworks.pydantic_ai import answer

        async def run() -> str | None:
            baton = AsyncBaton(self._server.url, self._server.key)
            turn = await baton.heard("web", user, text=text, message_id=message_id)
            transcript = await baton.transcript(turn.conversation_id)
            answered = await answer(turn, self.agent, transcript, self._history, tool=self._tool)
            self._history = answered.history
            await baton.aclose()
            return answered.text

        return asyncio.run(run())


class LangGraphBot:
    def __init__(self, server: AppServer, tool: HandoverTool) -> None:
        from langchain_core.tools import tool as as_tool
        from langgraph.checkpoint.memory import InMemorySaver
        from langgraph.graph import START, MessagesState, StateGraph
        from langgraph.prebuilt import ToolNode, tools_condition

        from baton_client.frameworks.langgraph import handover_tool

        self.script = script = ModelScript()

        def model(state: MessagesState) -> dict[str, Any]:
            return {"messages": [langchain_message(script, state["messages"])]}

        graph: Any = StateGraph(MessagesState)
        graph.add_node("model", model)
        graph.add_node("tools", ToolNode([handover_tool(tool), as_tool(look_up)]))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", tools_condition)
        graph.add_edge("tools", "model")
        self.graph = graph.compile(checkpointer=InMemorySaver())
        self._server, self._tool = server, tool

    def answer(self, user: str, text: str, message_id: str | None = None) -> str | None:
        from baton_client.frameworks.langgraph import answer

        with Baton(self._server.url, self._server.key) as baton:
            turn = baton.heard("web", user, text=text, message_id=message_id)
            transcript = baton.transcript(turn.conversation_id)
            config: Any = {"configurable": {"thread_id": turn.conversation_id}}
            return answer(turn, self.graph, config, transcript, tool=self._tool)


def langchain_message(script: ModelScript, given: object) -> Any:
    """The model's answer, as LangChain has it."""
    from langchain_core.messages import AIMessage

    step = script.next(given)
    if isinstance(step, str):
        return AIMessage(step)
    name = "look_up" if step is OTHER_TOOL else NAME
    call = {"name": name, "args": dict(step) if name == NAME else {}, "id": f"c{id(step)}"}
    return AIMessage("", tool_calls=[call])


def called(step: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the tool and its arguments."""
    return ("look_up", "{}") if step is OTHER_TOOL else (NAME, json.dumps(step))
