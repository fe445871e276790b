"""The installation as it is used, through its published ports only."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tests.containers.engine import run
from tests.containers.outside import UI_PORT, Visitor, eventually, links_in
from tests.containers.place import Place

ADA = "ada@river.example"
HOOKS = """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        heads = {k.lower(): v for k, v in self.headers.items()}
        print(json.dumps({"heads": heads, "body": body}), flush=True)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
HTTPServer(("", 8000), Receiver).serve_forever()
"""


@pytest.fixture(scope="module")
def hooks(place: Place) -> Iterator[str]:
    """A receiver of webhooks in the network; gives the name of its container."""
    image = place.containers("worker")[0]["Config"]["Image"]
    name = f"{place.project}-hooks"
    network = ("--network", f"{place.project}_default", "--network-alias", "hooks")
    run("docker", "run", "--detach", "--rm", "--name", name, *network, image, "python", "-c", HOOKS)
    yield name
    run("docker", "rm", "--force", name)


@pytest.fixture(scope="module")
def case(place: Place) -> str:
    """The case that came of the mail on the page."""
    ((number,),) = place.sql("SELECT number FROM entities WHERE kind = 'case' ORDER BY 1 LIMIT 1")
    return number


def temporal(place: Place, *words: str, encrypted: bool = False) -> str:
    """Temporal's command line, by the port of Temporal and, unless left out, the codec server."""
    token = (place.folder / "reader.token").read_text().strip()
    codec = ["--codec-endpoint", "http://127.0.0.1:8082", "--codec-auth", f"'Bearer {token}'"]
    command = ["temporal", *words, "--address", "127.0.0.1:7233", "--namespace", "defects"]
    return place.types(" ".join([*command, *([] if encrypted else codec)]))


def test_a_mail_became_a_case(place: Place, case: str) -> None:
    """The program's token sees it over TLS, and its sender got a receipt."""
    token = (place.folder / "crm.token").read_text().strip()
    answer = Visitor(place.folder).ask(
        "GET", f"/api/v1/cases/{case}", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] != "closed"
    eventually("a receipt", lambda: [n for n in place.told(case) if n[0] == ADA])


def test_its_sender_signs_in_by_a_link(place: Place, case: str) -> None:
    """Asked for and followed in one browser, through the proxy; the cookie is for TLS alone."""
    browser = Visitor(place.folder)
    assert browser.fills_in("/sign-in", "/sign-in", email=ADA).status_code == 200
    link = eventually("a link", lambda: links_in(place.mails(), ADA))[-1]
    assert browser.fills_in(link, link).status_code == 303
    assert "__Host-client" in browser.cookies
    page = browser.ask("GET", "/cases").text
    assert case in page
    assert "nobody can log in" in page


def test_a_severity_changed_by_temporals_command_line(place: Place, case: str, hooks: str) -> None:
    """It raises the defect, a webhook says so with a good signature, and nothing is in clear."""
    added = place.answer("webhooks", "add", "http://hooks:8000/", "--events", "defect.*")
    said = place.answer("confirm", case, "--severity", "S2", "--title", "Login", "--area", "login")
    defect = (
        said["defect"]
        if "defect" in said
        else place.sql("SELECT number FROM entities WHERE kind = 'defect'")[0][0]
    )
    given = json.dumps({"severity": "S1", "reason": "all sites are down", "actor": "agent-7"})
    temporal(place, "workflow", "signal", "-w", defect, "--name", "change_severity",
             "--input", f"'{given}'")  # fmt: skip

    def posts() -> list[dict[str, Any]]:
        lines = run("docker", "logs", hooks).stdout.splitlines()
        return [post for line in lines if "S1" in (post := json.loads(line))["body"]]

    first = eventually("a webhook about the S1", posts)[0]
    assert Webhook(added["secret"]).verify(first["body"], first["heads"])
    eventually("a mail about the S1", lambda: place.told("S1"))
    kept = temporal(place, "workflow", "show", "-w", defect, "-o", "json", encrypted=True)
    read = temporal(place, "workflow", "show", "-w", defect, "--detailed")
    assert ("all sites are down" in kept, "all sites are down" in read) == (False, True)


def test_the_codec_server_through_the_proxy(place: Place) -> None:
    """In a browser a session for staff opens it, for pages of the UI alone; the address is real."""
    browser, token = Visitor(place.folder), (place.folder / "reader.token").read_text().strip()
    heads = {"Origin": f"https://support.vendor.example:{UI_PORT}", "X-Namespace": "defects",
             "X-Forwarded-For": "198.51.100.7"}  # fmt: skip
    nothing = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}]}
    assert browser.ask("POST", "/codec/decode", headers=heads, json=nothing).status_code == 401
    signed_in = browser.fills_in("/staff/sign-in", "/staff/sign-in", token=token)
    assert signed_in.status_code == 303
    assert browser.ask("POST", "/codec/decode", headers=heads, json=nothing).status_code == 200
    elsewhere = heads | {"Origin": "https://elsewhere.example"}
    assert browser.ask("POST", "/codec/decode", headers=elsewhere, json=nothing).status_code == 403
    said = [line["address"] for line in place.log("codec") if line["event"] == "codec.decoded"]
    assert said
    assert "198.51.100.7" not in said


def test_temporals_ui_is_for_staff_who_may_read_payloads(place: Place) -> None:
    """Others are led to where staff sign in; a token without that scope is not enough."""
    browser = Visitor(place.folder)
    asked = browser.ask("GET", "/namespaces/defects/workflows", UI_PORT)
    assert asked.status_code == 302
    assert asked.headers["location"] == "https://support.vendor.example/staff/sign-in"
    looking = place.starter("token", "create", "viewer", "--role", "viewer").strip()
    browser.fills_in("/staff/sign-in", "/staff/sign-in", token=looking)
    assert browser.ask("GET", "/", UI_PORT).status_code == 403
    reader = Visitor(place.folder)
    token = (place.folder / "reader.token").read_text().strip()
    reader.fills_in("/staff/sign-in", "/staff/sign-in", token=token)
    page = reader.ask("GET", "/namespaces/defects/workflows", UI_PORT)
    assert page.status_code == 200
    assert "kit.start(app" in page.text


def test_the_proxy_holds_what_comes_within_bounds(place: Place) -> None:
    """Too much is refused, plain HTTP is led to TLS, and no header says what runs here."""
    browser = Visitor(place.folder)
    much = browser.ask("POST", "/sign-in", content=b"x" * 13_000_000)
    assert much.status_code == 413
    plain = httpx.get("http://127.0.0.1/status", headers={"Host": "support.vendor.example"})
    assert plain.status_code == 308
    assert plain.headers["location"] == "https://support.vendor.example/status"
    page = browser.ask("GET", "/status")
    assert page.status_code == 200
    assert "server" not in page.headers
    assert page.headers["strict-transport-security"].startswith("max-age=63072000")


def test_each_of_several_is_measured(place: Place) -> None:
    """Prometheus finds three workers, two portals and the server, and Grafana its dashboards."""

    def up() -> bool:
        asked = httpx.get(
            "http://127.0.0.1:9090/api/v1/query", params={"query": "count by (job) (up == 1)"}
        )
        found = {r["metric"]["job"]: r["value"][1] for r in asked.json()["data"]["result"]}
        return found == {"defects-worker": "3", "defects-portal": "2", "temporal": "1"}

    assert eventually("all are measured", up)
    boards = httpx.get("http://127.0.0.1:3000/api/search").json()
    assert len(boards) == 2
