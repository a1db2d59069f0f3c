"""The programs of docs/agent-frameworks.md as they stand, with a script instead of the model."""

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from baton_client.llm import HandoverTool
from tests.clients.frameworks import scripted_bots
from tests.clients.frameworks.scripted_bots import ModelScript, langchain_message
from tests.support.stack import ROOT

PAGE = ROOT / "docs/agent-frameworks.md"
PROGRAMS = {
    "Pydantic AI": "PydanticAIBot",
    "OpenAI Agents": "OpenAIAgentsBot",
    "LangGraph": "LangGraphBot",
}
"""The page's headings."""
CREATED = 'os.environ["BATON_URL"], os.environ["BATON_KEY"])'
WITH_SECRET = CREATED.replace(")", ', os.environ["BATON_WEBHOOK_SECRET"])')


def page_program(
    title: str, url: str, key: str, secret: str | None = None
) -> tuple[dict[str, Any], ModelScript]:
    """The names that the program defines, and what its model will say.

    With a secret, it receives webhooks, as the page says how.
    """
    code = PAGE.read_text().split(f"## {title}\n")[1].split("```python\n")[1].split("```")[0]
    assert CREATED in code
    code = code.replace(CREATED, WITH_SECRET) if secret else code
    server: Any = SimpleNamespace(url=url, key=key)
    bot = getattr(scripted_bots, PROGRAMS[title])(server, HandoverTool())
    settings = {"BATON_URL": url, "BATON_KEY": key, "OPENAI_API_KEY": "sk-none"}
    settings["BATON_WEBHOOK_SECRET"] = secret or ""
    known: dict[str, Any] = {}
    modules = {"langchain_openai": _openai_for_langchain(bot.script)}
    with patch.dict(os.environ, settings), patch.dict(sys.modules, modules):
        exec(code, known)
    if "agent" in known:
        known["agent"] = bot.agent
    if title == "OpenAI Agents":
        from agents import set_tracing_disabled

        set_tracing_disabled(True)
    script: ModelScript = bot.script
    return known, script


def _openai_for_langchain(script: ModelScript) -> ModuleType:
    """The package langchain-openai with a model that follows the script."""

    class ChatOpenAI:
        def __init__(self, model: str) -> None:
            self.model = model

        def bind_tools(self, tools: list[Any]) -> "ChatOpenAI":
            assert [each.name for each in tools] == [scripted_bots.NAME]
            return self

        def invoke(self, messages: object) -> Any:
            return langchain_message(script, messages)

    module = ModuleType("langchain_openai")
    vars(module)["ChatOpenAI"] = ChatOpenAI
    return module
