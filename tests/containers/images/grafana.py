"""Stands in for Grafana: healthy where its provisioning and its first dashboard can be read."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import yaml

PROVISIONING = Path("/etc/grafana/provisioning")


def provisioned() -> tuple[list[dict], list[dict]]:
    """Data sources and dashboards, as the files have them."""
    sources = [
        source
        for file in PROVISIONING.glob("datasources/*.yml")
        for source in yaml.safe_load(file.read_text())["datasources"]
    ]
    folders = [
        provider["options"]["path"]
        for file in PROVISIONING.glob("dashboards/*.yml")
        for provider in yaml.safe_load(file.read_text())["providers"]
    ]
    boards = [json.loads(f.read_text()) for folder in folders for f in Path(folder).glob("*.json")]
    return sources, boards


class Answers(BaseHTTPRequestHandler):
    """The few answers that are asked for."""

    def do_GET(self) -> None:
        """Health, dashboards, or a question passed on to the data source."""
        sources, boards = provisioned()
        home = Path(os.environ["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
        body: object
        if self.path == "/api/health":
            body = {"database": "ok", "version": "stand-in"} if sources and home.exists() else None
        elif self.path == "/api/search":
            body = [{"uid": board["uid"], "title": board["title"]} for board in boards]
        elif self.path.startswith("/api/datasources/proxy/uid/"):
            _, _, rest = self.path.removeprefix("/api/datasources/proxy/uid/").partition("/")
            with urlopen(f"{sources[0]['url']}/{rest}", timeout=10) as answer:
                body = json.load(answer)
        else:
            body = None
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


ThreadingHTTPServer(("", 3000), Answers).serve_forever()
