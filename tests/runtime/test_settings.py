"""Settings from the environment, and what is said of wrong ones."""

import base64
import os
import re
import sys
from pathlib import Path

import pytest
from fsspec.registry import _registry

from runtime.settings import Settings, SettingsError, read_settings

SECRET = "hunter2"
KEY = base64.b64encode(bytes(32)).decode()
STATUSPAGE = {
    "DEFECTS_STATUSPAGE_URL": "https://api.statuspage.example/v1",
    "DEFECTS_STATUSPAGE_PAGE_ID": "page",
    "DEFECTS_STATUSPAGE_API_KEY": SECRET,
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [v for v in os.environ if v.startswith("DEFECTS_")]:
        monkeypatch.delenv(variable)


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    """The settings of a process with these variables."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    return read_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What is said of these variables."""
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **environment)
    return str(caught.value)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to be set."""
    settings = read(monkeypatch)

    assert settings.database_url.get_secret_value() == "sqlite:///var/defects.db"
    assert settings.mail_from == "support@vendor.example"
    assert settings.smtp_url is None
    assert settings.statuspage_url is None
    assert settings.webhook_urls == ()
    assert settings.encryption_keys.first is None
    assert settings.metrics_address is None
    assert settings.outbound_per_second == 50
    assert settings.graceful_shutdown_seconds == 30


def test_everything_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every setting is read from its variable."""
    policy = tmp_path / "policy.toml"
    policy.touch()

    settings = read(
        monkeypatch,
        DEFECTS_DATABASE_URL="postgresql://defects:pw@db/defects",
        DEFECTS_POLICY_FILE=str(policy),
        DEFECTS_SMTP_URL="smtp://user:pw@mail:587?starttls=true",
        DEFECTS_MAIL_FROM="Support <support@eto.example>",
        DEFECTS_WEBHOOK_URLS="https://a.example/hook, https://b.example",
        DEFECTS_WEBHOOK_SECRET="whsec_abc",
        DEFECTS_ENCRYPTION_KEYS=f"k1:{KEY}",
        DEFECTS_LOG="json",
        DEFECTS_OUTBOUND_PER_SECOND="2.5",
        DEFECTS_METRICS_ADDRESS="localhost:9464",
        DEFECTS_GRACEFUL_SHUTDOWN_SECONDS="5",
        **STATUSPAGE,
    )

    assert policy == settings.policy_file
    assert settings.mail_from == "Support <support@eto.example>"
    assert settings.webhook_urls == ("https://a.example/hook", "https://b.example")
    assert settings.encryption_keys.first == "k1"
    assert settings.log == "json"
    assert settings.outbound_per_second == 2.5
    assert settings.metrics_address == "127.0.0.1:9464"
    assert settings.statuspage_url == "https://api.statuspage.example/v1"


def test_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable counts as not set."""
    settings = read(monkeypatch, DEFECTS_SMTP_URL="", DEFECTS_ENCRYPTION_KEYS="")

    assert settings.smtp_url is None
    assert settings.encryption_keys.first is None


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("DEFECTS_DATABASE_URL", f"mysql://root:{SECRET}@db/x", "must begin with sqlite:///"),
        ("DEFECTS_POLICY_FILE", "/no/such/policy.toml", "does not point to a file"),
        ("DEFECTS_SMTP_URL", f"mail:{SECRET}", "must be smtp://"),
        ("DEFECTS_MAIL_FROM", "support", "one address such as support@vendor.example"),
        ("DEFECTS_MAIL_FROM", "support@ℂ.example", "one address such as support@vendor.example"),
        ("DEFECTS_BOUNCE_ADDRESS", "bounces", "one address such as bounces@vendor.example"),
        ("DEFECTS_BOUNCE_ADDRESS", "a+b@vendor.example", "without a +"),
        ("DEFECTS_MAIL_OWN_LISTS", "a@b.example, list", "address 2 must be one such as"),
        ("DEFECTS_MAIL_FORMS", "<a@b.example>", "address 1 must be one such as"),
        ("DEFECTS_ATTACHMENTS_URL", f"s4://{SECRET}", "must be a folder, or a URL that fsspec"),
        ("DEFECTS_ATTACHMENTS_URL", f"s3:/{SECRET}", "must be a folder, or one URL such as"),
        ("DEFECTS_ATTACHMENTS_URL", f"simplecache::s3://{SECRET}", "must be a folder, or one URL"),
        ("DEFECTS_ATTACHMENT_MIB", "0", "must be greater than 0"),
        ("DEFECTS_BOUNCE_ADDRESS", "b@xn--zzzzzz--.example", "such as bounces@vendor.example"),
        ("DEFECTS_MAIL_FROM", f"a@b.example\nBcc: {SECRET}", "one address such as"),
        ("DEFECTS_WEBHOOK_URLS", f"https://a.example,ftp://{SECRET}", "URL 2 must be a URL such"),
        ("DEFECTS_WEBHOOK_URLS", f"https://[{SECRET}", "URL 1 must be a URL such"),
        ("DEFECTS_ENCRYPTION_KEYS", f"k1:{SECRET}", "the key of entry 1 must be base64"),
        ("DEFECTS_LOG", "yaml", "must be 'console' or 'json'"),
        ("DEFECTS_OUTBOUND_PER_SECOND", "0", "must be greater than 0"),
        ("DEFECTS_OUTBOUND_PER_SECOND", "fast", "must be a valid number"),
        ("DEFECTS_METRICS_ADDRESS", "9464", "must be an IP address and a port"),
        ("DEFECTS_METRICS_ADDRESS", "metrics.example:9464", "must be an IP address and a port"),
        ("DEFECTS_METRICS_ADDRESS", "127.0.0.1:99999", "must be an IP address and a port"),
        ("DEFECTS_GRACEFUL_SHUTDOWN_SECONDS", "-1", "must be greater than or equal to 0"),
    ],
)
def test_wrong_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, advice: str
) -> None:
    """A wrong value is refused with its variable and what would be right, and is not shown."""
    said = refusal(monkeypatch, **{variable: value})

    assert re.search(f"^  {variable}: .*{re.escape(advice)}", said, re.MULTILINE)
    assert SECRET not in said


def test_a_store_whose_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says which one; a folder needs none, nor does what comes with `fsspec`."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(_registry, "s3", raising=False)  # where it was used before
    said = refusal(monkeypatch, DEFECTS_ATTACHMENTS_URL=f"s3://{SECRET}/files")

    line = "DEFECTS_ATTACHMENTS_URL: needs a package that is not installed here: Install s3fs"
    assert said.splitlines()[1].strip().startswith(line)
    assert (len(said.splitlines()), SECRET in said) == (2, False)
    for url in ("var/files", "/var/files", "memory://files", "file:///var/files"):
        monkeypatch.setenv("DEFECTS_ATTACHMENTS_URL", url)
        kept = read_settings().attachments_url
        assert kept is not None
        assert kept.get_secret_value() == url


def test_wrong_status_page_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """The status page's URL has to be one."""
    said = refusal(monkeypatch, **(STATUSPAGE | {"DEFECTS_STATUSPAGE_URL": "statuspage.example"}))

    assert "DEFECTS_STATUSPAGE_URL: must be a URL such as https://host/path" in said


@pytest.mark.parametrize("left_out", STATUSPAGE)
def test_status_page_needs_all_three(monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    """A status page needs all three variables: what is missing is named."""
    given = {k: v for k, v in STATUSPAGE.items() if k != left_out}

    said = refusal(monkeypatch, **given)

    assert f"{left_out}: must be set where {' and '.join(given)} are" in said
    assert SECRET not in said


def test_webhooks_need_their_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks need the secret their receivers check signatures with."""
    said = refusal(monkeypatch, DEFECTS_WEBHOOK_URLS="https://a.example")

    assert "DEFECTS_WEBHOOK_SECRET: must be set where DEFECTS_WEBHOOK_URLS is" in said


def test_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wrong variable has a line of its own."""
    said = refusal(monkeypatch, DEFECTS_LOG="yaml", DEFECTS_MAIL_FROM="me", DEFECTS_SMTP_URI="x")

    assert len(said.splitlines()) == 4


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("DEFECTS_ENCRYPTION_KEY", "DEFECTS_ENCRYPTION_KEYS"),
        ("DEFECTS_SMPT_URL", "DEFECTS_SMTP_URL"),
        ("DEFECTS_DATABASE_URI", "DEFECTS_DATABASE_URL"),
    ],
)
def test_misspelt(monkeypatch: pytest.MonkeyPatch, variable: str, meant: str) -> None:
    """A variable that is ours but for a letter is refused, with the name that is meant."""
    said = refusal(monkeypatch, **{variable: SECRET})

    assert f"{variable}: is not a setting; did you mean {meant}?" in said
    assert SECRET not in said


def test_other_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that resemble none of ours are left alone."""
    plain = read(monkeypatch)

    assert read(monkeypatch, DEFECTS_ACTOR="agent-7", DEFECTS_HOME="/opt/defects") == plain


def test_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings show no secrets."""
    settings = read(
        monkeypatch,
        DEFECTS_DATABASE_URL=f"postgresql://defects:{SECRET}@db/defects",
        DEFECTS_SMTP_URL=f"smtp://user:{SECRET}@mail:25",
        DEFECTS_WEBHOOK_SECRET=SECRET,
        DEFECTS_ENCRYPTION_KEYS=f"k1:{KEY}",
        **STATUSPAGE,
    )

    assert SECRET not in repr(settings)
    assert KEY not in repr(settings)


OIDC = {
    "DEFECTS_OIDC_ISSUER": "https://sign-in.example.org/realm/",
    "DEFECTS_OIDC_CLIENT_ID": "portal",
    "DEFECTS_OIDC_CLIENT_SECRET": SECRET,
    "DEFECTS_OIDC_ROLES": "viewer = everybody,specialist=CN=support,viewer=audit",
}


def test_a_provider_that_staff_sign_in_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The issuer stays as it was written, and a person has what any of their groups has."""
    given = {"DEFECTS_OIDC_EMAIL_DOMAINS": "Vendor.example, straße.example"}
    oidc = read(monkeypatch, **OIDC, **given).oidc

    assert oidc is not None
    assert (oidc.issuer, oidc.host) == ("https://sign-in.example.org/realm/", "sign-in.example.org")
    assert oidc.email_domains == ("vendor.example", "xn--strae-oqa.example")
    assert oidc.roles_of(["everybody", "CN=support", "else"]) == {"viewer", "specialist"}
    assert oidc.roles_of(["else", "CN"]) == frozenset()
    assert (oidc.scopes, oidc.groups_claim) == ("openid profile email", "groups")
    assert SECRET not in repr(oidc)


@pytest.mark.parametrize("missing", sorted(OIDC))
def test_a_provider_is_named_as_a_whole(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Each of the four needs the other three; without all of them there is none."""
    said = refusal(monkeypatch, **{k: v for k, v in OIDC.items() if k != missing})

    assert f"{missing}: must be set where" in said
    for variable in OIDC:
        monkeypatch.delenv(variable, raising=False)
    assert read_settings().oidc is None


@pytest.mark.parametrize(
    ("variable", "value", "right"),
    [
        ("ISSUER", "http://sign-in.example.org", "issuer's URL"),
        ("ISSUER", "https://sign-in.example.org/?realm=1", "issuer's URL"),
        ("ISSUER", "sign-in.example.org", "issuer's URL"),
        ("ROLES", "viewer", "part 1"),
        ("ROLES", "viewer=a,owner=b", "part 2"),
        ("ROLES", "viewer=", "part 1"),
        ("SCOPES", "profile", "openid among them"),
        ("SCOPES", 'openid "x"', "openid among them"),
        ("ACTOR_CLAIM", "name", "must be"),
        ("EMAIL_DOMAINS", "vendor.example,@else.example", "domain 2"),
        ("EMAIL_DOMAINS", "vendor..example", "domain 1"),
    ],
)
def test_what_a_provider_cannot_be_like(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, right: str
) -> None:
    """Plain HTTP only on this machine; roles that there are; `openid`; domains without an @."""
    said = refusal(monkeypatch, **(OIDC | {f"DEFECTS_OIDC_{variable}": value}))

    assert f"DEFECTS_OIDC_{variable}: " in said
    assert right in said


def test_a_provider_on_this_machine_may_do_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """For trials."""
    for url in ("http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"):
        assert read(monkeypatch, **(OIDC | {"DEFECTS_OIDC_ISSUER": url})).oidc_issuer == url


def test_places_of_staff_have_variables_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names that the policy gives them; none is taken for another setting misspelt."""
    url = f"slack://{SECRET}/b/c"
    settings = read(
        monkeypatch,
        DEFECTS_PLACE_ONCALL_SLACK=f" {url}\n",
        DEFECTS_PLACE_PAGER="pagerduty://a@b",
        DEFECTS_PLACE_NOBODY="",
        DEFECTS_PLACE_BUILD_ID="json://127.0.0.1",
    )

    assert sorted(settings.places) == ["build-id", "oncall-slack", "pager"]
    assert settings.places["oncall-slack"].get_secret_value() == url
    shown = f"{settings!r} {settings.places} {settings.model_dump()}"
    assert SECRET not in shown
