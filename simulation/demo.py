"""The demonstration: real cases, real mails, months of policy in under a minute."""

import shutil
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape

from activities.adapters.database import DatabaseStatusPage
from runtime.client import DefectsClient
from runtime.mail_receiver import mail_receiver
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server
from runtime.settings import Settings
from simulation.virtual_clock import Clock
from worker import build_adapters, workers

STAFF = "@vendor.example"
CENTRAL = ZoneInfo("America/Chicago")
CASES = ("CASE-000101", "CASE-000102", "CASE-000103", "CASE-000104", "CASE-000105")
LOGIN, TYPO, SAME_TYPO = "DEF-000045", "DEF-000046", "DEF-000047"
HOTFIX, SPRING, AREA_WORK = "REL-2026.4.1", "REL-2027.1", "AREA-000001"

console = Console(highlight=False)


async def run(settings: Settings, folder: Path) -> None:
    """Play the story; everything is kept in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    mails = folder / "mails"
    timeline = _Timeline()
    with mail_receiver(mails, timeline.mail) as smtp_url:
        embedded = settings.model_copy(
            update={
                "database_url": SecretStr(f"sqlite:///{folder / 'demo.db'}"),
                "smtp_url": SecretStr(smtp_url),
                "statuspage_url": None,
            }
        )
        world = build_adapters(embedded)
        async with (
            time_skipping_server(DefectsPlugin.of(settings)) as env,
            workers(env.client, world, embedded),
        ):
            client = DefectsClient(env.client)
            await _Story(Clock(env, client), client, timeline).play()
            page = DatabaseStatusPage(world.engine)
        timeline.flush()
        _print_status_page(page)
        world.engine.dispose()
    count = len(list(mails.glob("*.eml")))
    console.print(f"\n{count} emails are in [bold]{mails}[/bold]: open any of them to read it.")


class _Story:
    """A Friday afternoon, a bad weekend, a hotfix; and a typo that can wait for the spring."""

    def __init__(self, clock: Clock, client: DefectsClient, timeline: "_Timeline") -> None:
        self._clock = clock
        self._client = client
        self._timeline = timeline

    async def play(self) -> None:
        """From the first contact to the last closed case."""
        friday = await self._next_friday()
        await self._clock.until(friday)
        await self._opens(friday)
        await self._is_confirmed()
        await self._others_join()
        await self._weekend_and_escalation(friday)
        await self._is_scheduled_and_moved()
        await self._ships()
        await self._clients_speak_up()
        await self._two_are_one()
        await self._typo_is_fixed()

    async def _next_friday(self) -> datetime:
        now = (await self._clock.now()).astimezone(CENTRAL)
        days = (4 - now.weekday()) % 7 or 7
        return (now + timedelta(days=days)).replace(hour=15, minute=30, second=0, microsecond=0)

    async def _opens(self, friday: datetime) -> None:
        await self._says(f"A client writes with Critical in the subject, {_when(friday)}")
        await self._client.start(
            "CaseWorkflow", CASES[0], _case("river", "Critical: nobody can log in")
        )
        await self._after(timedelta(minutes=25))
        await self._says("A specialist answers within the two hours that critical cases have")
        await self._tell(CASES[0], "respond", message="We can see it too and are looking into it.")
        await self._tell(
            CASES[0], "assess_critical", justified=True, reason="no user can reach the software"
        )

    async def _is_confirmed(self) -> None:
        await self._after(timedelta(minutes=20))
        await self._says("It is a defect: S1, core purpose, no way round")
        await self._tell(
            CASES[0],
            "confirm_defect",
            defect=LOGIN,
            severity="S1",
            title="SSO metadata expired on all nodes",
            functional_area="login",
            internal_description="Certificate in the identity provider's metadata expired.",
            public_summary="Users cannot log in.",
        )
        await self._says("On another day's list: a typo in a report, S3, which can wait")
        await self._client.start(
            "CaseWorkflow",
            CASES[3],
            _case("wiese", "Report heading is wrong", zone="Europe/Berlin", language="de"),
        )
        await self._tell(
            CASES[3],
            "confirm_defect",
            defect=TYPO,
            severity="S3",
            title="Heading of the intake report",
            functional_area="reports",
            public_summary="The heading of the intake report is wrong.",
        )

    async def _others_join(self) -> None:
        for case, client, zone in (
            (CASES[1], "harbour", "America/New_York"),
            (CASES[2], "valley", "America/Los_Angeles"),
        ):
            await self._after(timedelta(minutes=30))
            await self._says(f"{client.capitalize()} is affected too, by the same defect")
            await self._client.start("CaseWorkflow", case, _case(client, "Login fails", zone=zone))
            await self._tell(case, "confirm_defect", defect=LOGIN)

    async def _weekend_and_escalation(self, friday: datetime) -> None:
        await self._says("A weekend without progress; the daily updates are sent all the same")
        await self._clock.until(friday + timedelta(days=2, hours=20))
        await self._settled()
        await self._says("Monday: progress, sent at once; the daily clock restarts")
        await self._tell(
            LOGIN,
            "post_progress",
            stage="identified",
            public_text="We have found the cause: an expired certificate.",
        )
        await self._says("Two business days pass without a fix")
        await self._clock.until(friday + timedelta(days=5))
        await self._settled()

    async def _is_scheduled_and_moved(self) -> None:
        now = await self._clock.now()
        first, second = now + timedelta(days=3), now + timedelta(days=5)
        await self._says("A hotfix release is planned, with the fix in it")
        await self._plan(HOTFIX, "hotfix", "Login hotfix", first)
        await self._tell(HOTFIX, "attach_defect", defect=LOGIN)
        await self._after(timedelta(hours=6))
        await self._says("The release is moved: attached clients are notified once")
        await self._tell(HOTFIX, "reschedule", deploy_at=_iso(second), reason="one more test")
        await self._clock.until(second)
        await self._settled()

    async def _ships(self) -> None:
        await self._says("The release is deployed: its defects are resolved, their cases close")
        await self._tell(HOTFIX, "deploy")
        await self._settled()

    async def _clients_speak_up(self) -> None:
        await self._clock.until(_at_ten(await self._clock.now() + timedelta(days=1)))
        await self._says("The client with the typo requests a higher severity and books a call")
        ask = {"client": "wiese", "severity": "S2", "justification": "auditors read the report"}
        await self._tell(TYPO, "request_reclassification", **ask)
        call = _at_ten(await self._clock.now() + timedelta(days=2))
        await self._tell(CASES[3], "book_call", at=_iso(call), minutes=30)
        await self._says("Two business days without a decision: client success is reminded")
        monday = _at_ten(await self._clock.now() + timedelta(days=4))
        await self._clock.until(monday + timedelta(hours=1))
        await self._says("Declined with a reason; clients get it in their own language")
        reason = "The figures are right and the heading can be changed by hand before printing."
        await self._tell(TYPO, "decide_reclassification", approve=False, reason=reason)

    async def _two_are_one(self) -> None:
        await self._says("The same typo is reported again and confirmed as another defect")
        await self._client.start("CaseWorkflow", CASES[4], _case("harbour", "Wrong heading"))
        await self._tell(
            CASES[4],
            "confirm_defect",
            defect=SAME_TYPO,
            severity="S3",
            title="Intake report: heading",
            functional_area="reports",
        )
        await self._says("The two defects are merged; a second client raises the priority")
        await self._tell(SAME_TYPO, "merge_into", defect=TYPO, reason="the same heading")
        await self._settled()

    async def _typo_is_fixed(self) -> None:
        await self._after(timedelta(days=40))
        await self._says("Weeks later work begins in its area: marked in the portal, no email")
        start = {"actor": "demo", "functional_area": "reports"}
        await self._client.start("AreaWorkWorkflow", AREA_WORK, start)
        await self._settled()
        await self._says("The spring release is planned; clients are notified 14 and 2 days ahead")
        deploy_at = _at_ten(await self._clock.now() + timedelta(days=30)) + timedelta(hours=11)
        notes = "Faster reports, and many smaller corrections."
        await self._plan(SPRING, "major", "Spring release", deploy_at, public_notes=notes)
        await self._tell(SPRING, "attach_defect", defect=TYPO)
        await self._clock.until(deploy_at)
        await self._tell(SPRING, "deploy")
        await self._says("The reopen windows pass, and all workflows end")
        await self._after(timedelta(days=15))
        await self._settled()

    async def _plan(
        self, number: str, kind: str, title: str, deploy_at: datetime, **fields: Any
    ) -> None:
        start = {"actor": "demo", "kind": kind, "title": title, "deploy_at": _iso(deploy_at)}
        await self._client.start("ReleaseWorkflow", number, start | fields)

    # --- how it is told --------------------------------------------------------------------------

    async def _says(self, what: str) -> None:
        await self._settled()
        self._timeline.flush()
        console.print(f"\n[bold]{_when(await self._clock.now())}[/bold]  {escape(what)}")

    async def _tell(self, number: str, command: str, **payload: Any) -> None:
        await self._client.update(number, command, {"actor": "demo", **payload})
        await self._settled()

    async def _after(self, time: timedelta) -> None:
        await self._clock.until(await self._clock.now() + time)

    async def _settled(self, *numbers: str) -> None:
        known = numbers or (HOTFIX, SPRING, AREA_WORK, LOGIN, SAME_TYPO, TYPO, *CASES)
        await self._clock.settle([n for n in known if await self._exists(n)])

    async def _exists(self, number: str) -> bool:
        return await self._client.exists(number)


def _case(
    client: str, subject: str, zone: str = "America/Chicago", language: str = "en"
) -> dict[str, Any]:
    return {
        "client": client,
        "contact": {
            "email": f"admin@{client}.example",
            "name": f"{client.capitalize()} Admin",
            "time_zone": zone,
            "language": language,
        },
        "channel": "email",
        "subject": subject,
        "description": "See the subject.",
        "who_am_i": f"{client} enterprise, site 1",
        "steps": "1. Open the page. 2. Look.",
        "feature": "Login",
        "form_or_report": "none",
    }


def _at_ten(day: datetime) -> datetime:
    """Ten o'clock in Chicago, on that day or the next weekday."""
    local = day.astimezone(CENTRAL).replace(hour=10, minute=0, second=0, microsecond=0)
    return local + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[local.weekday()])


def _iso(at: datetime) -> str:
    return at.isoformat()


def _when(at: datetime) -> str:
    return f"{at.astimezone(CENTRAL):%a %d %b %Y %H:%M %Z}"


class _Timeline:
    """Prints mails as they come, those of one minute and kind on one line."""

    def __init__(self) -> None:
        self._minute = ""
        self._waiting: dict[tuple[str, str], list[str]] = {}

    def mail(self, message: EmailMessage) -> None:
        """A mail has arrived (called from the receiver's thread)."""
        sent: datetime = message["Date"].datetime
        if _when(sent) != self._minute:
            self.flush()
            self._minute = _when(sent)
        event, subject = str(message["X-Event"]), str(message["Subject"])
        to = message["To"].addresses[0].addr_spec
        self._waiting.setdefault((event, subject), []).append(to)

    def flush(self) -> None:
        """Print what has come in."""
        waiting, self._waiting = self._waiting, {}
        for (event, subject), people in waiting.items():
            colour = "yellow" if people[0].endswith(STAFF) else "green"
            console.print(
                f"  {self._minute}  [{colour}]{event}[/{colour}] to {', '.join(people)}\n"
                f"{'':27}[dim]{escape(subject)}[/dim]",
                soft_wrap=True,
            )


def _print_status_page(page: DatabaseStatusPage) -> None:
    console.print("\n[bold]The status page[/bold]")
    for incident in page.incidents():
        console.print(f"  {escape(incident.name)}")
        for update in incident.updates:
            console.print(
                f"    {_when(update.at)}  {update.stage:<14} {escape(update.body)}", soft_wrap=True
            )
