"""The reference pages, by where they lie in the site."""

from collections.abc import Callable, Mapping

from tools.docs.about_commands import commands_page
from tools.docs.about_events import events_page
from tools.docs.about_http import http_page, openapi_json
from tools.docs.about_messages import messages_page
from tools.docs.about_metrics import metrics_page
from tools.docs.about_policy import policy_page
from tools.docs.about_settings import settings_page

PAGES: Mapping[str, Callable[[], str]] = {
    "reference/messages.md": messages_page,
    "reference/events.md": events_page,
    "reference/http.md": http_page,
    "reference/openapi.json": openapi_json,
    "reference/policy-file.md": policy_page,
    "reference/settings.md": settings_page,
    "reference/commands.md": commands_page,
    "reference/metrics.md": metrics_page,
}
