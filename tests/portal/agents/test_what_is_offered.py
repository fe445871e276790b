"""What agents are offered, and what they are told of it, before any workflow is asked."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from mcp.shared.exceptions import MCPError
from temporalio.client import Client as TemporalClient

from activities.adapters.database.tokens import DatabaseTokens
from activities.adapters.policy_files import PolicyFiles
from domain.contract.defect import Hold
from portal.agents.command_tools import command_tools
from portal.agents.query_tools import query_tools
from portal.agents.tools import Tool
from portal.api.contract import KINDS
from portal.api.security import Scope
from portal.context import PortalContext
from runtime.client import DefectsClient
from runtime.settings import Settings
from tests.domain.builders import case_start
from tests.portal.agents.sessions import beside, done, names, refused
from tests.quick_databases import empty_database

OF_KIND = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Installed:
    """A database and the policy, with no Temporal server anywhere."""

    context: PortalContext

    def token(self, name: str, *scopes: Scope) -> str:
        """A token good for these."""
        made, _ = DatabaseTokens(self.context.engine).create(
            name, scopes, self.context.now(), timedelta(days=1)
        )
        return made


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """Enough of an installation for what needs no answer of a workflow."""
    engine = empty_database(tmp_path / "defects.db")
    nobody = DefectsClient(cast(TemporalClient, None))
    return Installed(PortalContext(nobody, engine, PolicyFiles(), Settings()))


def _tools(installed: Installed) -> dict[str, Tool]:
    context = installed.context
    return {tool.name: tool for tool in [*query_tools(context), *command_tools(context)]}


async def test_without_a_token_an_agent_only_reads(installed: Installed) -> None:
    """What changes something is not offered, and refused by name with the scope it needs."""
    async with beside(installed.context) as client:
        offered = (await client.list_tools()).tools
        said = await refused(client, "case_start", **case_start())
        nothing = await done(client, "case_list")

    assert {tool.name for tool in offered} >= {"owed", "case_status", "defect_explain"}
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in offered)
    assert (said["kind"], "cases:write" in said["detail"]) == ("forbidden", True)
    assert nothing["items"] == []


@pytest.mark.parametrize(
    ("scopes", "begin", "some", "none"),
    [
        ([Scope.CASES_READ], "case_", "case_timeline", "case_close"),
        ([Scope.CASES_READ, Scope.CASES_WRITE], "case_", "case_close", "defect_status"),
        ([Scope.RELEASES_WRITE], "release_", "release_deploy", "release_status"),
        ([Scope.STAFF_READ], "owed", "owed", "case_list"),
    ],
)
async def test_a_token_offers_what_its_scopes_allow(
    installed: Installed, scopes: list[Scope], begin: str, some: str, none: str
) -> None:
    """Neither more nor less, and a tool that is not offered is refused by name."""
    async with beside(installed.context, installed.token("triage", *scopes)) as client:
        offered = await names(client)
        said = await refused(client, none, number="X-1")

    assert some in offered
    assert [name for name in offered if not name.startswith(begin)] == []
    assert said["kind"] == "forbidden"


async def test_every_start_and_command_of_the_contract_is_a_tool(installed: Installed) -> None:
    """With the fields of its message, but for who acts, an import's past, and what begins again."""
    tools = _tools(installed)

    for kind in KINDS:
        messages = [("start", kind.begins), *((c.name, c) for c in kind.commands)]
        for name, message in messages:
            taken = tools[f"{kind.name}_{name}"].schema["properties"]
            assert "number" not in message.model_fields
            assert set(taken) == (
                set(message.model_fields) - {"actor", "past", "again"} | {"number", "key"}
            )


async def test_what_ends_or_takes_back_is_called_destructive(installed: Installed) -> None:
    """A new command is too, until somebody says that it only adds."""
    hints = {name: tool.described().annotations for name, tool in _tools(installed).items()}
    destructive = {name for name, hint in hints.items() if hint and hint.destructive_hint}

    class Unheard(Hold):
        """A command nobody has thought about."""

        name = "unheard"

    novel = replace(OF_KIND["case"], commands=(Unheard,))
    from_now_on = {o.name: o for o in command_tools(installed.context, (novel,))}

    assert {"case_close", "defect_resolve", "defect_merge_into", "release_cancel"} <= destructive
    assert not {"case_respond", "defect_post_progress", "case_status", "owed"} & destructive
    assert not from_now_on["case_unheard"].only_adds


async def test_texts_say_who_reads_them(installed: Installed) -> None:
    """An agent has to know what goes to clients before it writes it."""
    progress = _tools(installed)["defect_post_progress"].schema["properties"]

    assert "Clients read this" in progress["public_text"]["description"]
    assert "no client" in progress["internal_note"]["description"]


async def test_the_policy_and_the_hand_over_are_there_to_be_read(installed: Installed) -> None:
    """The policy as data, and how to ask for a hand-over."""
    async with beside(installed.context) as client:
        resource = (await client.list_resources()).resources[0]
        policy = (await client.read_resource(resource.uri)).contents[0]
        prompt = (await client.list_prompts()).prompts[0]
        asked = await client.get_prompt(prompt.name, {"hours": "8"})
        with pytest.raises(MCPError, match="hours"):
            await client.get_prompt(prompt.name, {"hours": "soon"})
        with pytest.raises(MCPError, match="defects://policy"):
            await client.read_resource("file:///etc/passwd")

    assert '"S1"' in getattr(policy, "text", "")
    assert "hours=8" in getattr(asked.messages[0].content, "text", "")
