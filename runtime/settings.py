"""Reads the settings of the contract from the environment, and says plainly what is wrong."""

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    WithJsonSchema,
    model_validator,
)
from pydantic import FilePath as ExistingFile
from pydantic import ValidationError as Invalid
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.retention import SHORTEST, Periods
from domain.staff_places import VARIABLES
from runtime import oidc
from runtime import setting_values as values
from runtime.codec import NO_KEYS, KeyRing

PREFIX = "DEFECTS_"
LogStyle = Literal["console", "json"]

_SECRET_TEXT = {"type": "string", "format": "password"}
_MISSPELT = 0.85
"""How alike two names are (0 to 1) for one to be the other misspelt: `KEY` for `KEYS`."""


class SettingsError(ValueError):
    """Settings that cannot be used: a line for each, with its variable and what would be right.

    It never shows a value, which may hold a secret.
    """


def _read_places() -> Mapping[str, SecretStr]:
    found = {v: url.strip() for v, url in os.environ.items() if v.startswith(VARIABLES)}
    return {
        variable.removeprefix(VARIABLES).lower().replace("_", "-"): SecretStr(url)
        for variable, url in sorted(found.items())
        if url
    }


class Settings(BaseSettings):
    """Everything an installation can set, but for Temporal's own variables."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(values.database_url)] = SecretStr(
        "sqlite:///var/defects.db"
    )
    """SQLAlchemy URL of a SQLite file or of PostgreSQL. A relative path counts from the working
    directory."""
    policy_file: ExistingFile | None = None
    """A policy file in place of the built-in policy `eto`."""
    smtp_url: Annotated[SecretStr, AfterValidator(values.smtp_url)] | None = None
    """Where mail is sent: `smtp://[user:password@]host:port[?starttls=true]`, or `smtps://` for TLS
    from the start. Without it mails are kept in the database."""
    letters_shown: bool = False
    """Whether staff may read mails that are kept in the database, links to sign in as any client
    among them: for trials."""
    mail_from: Annotated[str, AfterValidator(values.sender)] = "support@vendor.example"
    """Sender of every mail, with or without a name."""
    bounce_address: Annotated[str, AfterValidator(values.bounce_address)] | None = None
    """Where mail systems report what did not arrive: `bounces@vendor.example`. Each letter has an
    envelope sender of its own, `bounces+<token>@…`; all of these are to be handed to
    `inbound-mail`. Without it reports go to the sender, and are known by what they send back."""
    mail_own_lists: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.addresses)] = ()
    """Lists and groups that mail to support comes through, such as `support@vendor.example` where
    that is a group, separated by commas: what clients write to them is theirs like any other
    mail."""
    mail_forms: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.addresses)] = ()
    """Addresses that web forms send from, separated by commas, that of `DEFECTS_MAIL_FROM` too
    where they use it: who wrote is the one address in `Reply-To`."""
    attachments_url: Annotated[SecretStr, AfterValidator(values.files_url)] | None = None
    """Where files that come with mails are kept: a folder that all processes reach, or a URL of
    `fsspec` such as `s3://bucket/folder`, whose package you install (`s3fs`). Without it they are
    not kept, and clients are told so."""
    attachment_mib: float = Field(default=5, gt=0)
    """MiB of one file that is kept; an email as a whole has at most 10."""
    attachments_per_mail: int = Field(default=20, ge=1, le=200)
    """Files of one email that are kept."""
    attachments_per_case_mib: float = Field(default=100, gt=0)
    """MiB of all files of one case."""
    portal_url: Annotated[str, AfterValidator(values.http_url)] | None = None
    """Base of the portal's address as people reach it: links to sign in and to unsubscribe lead
    there. Without it links lead to `DEFECTS_PORTAL_ADDRESS`, and people unsubscribe by mail to
    the sender."""
    portal_address: Annotated[str, AfterValidator(values.socket_address)] = "127.0.0.1:8080"
    """Where `python -m portal` listens: an IP address and a port."""
    portal_metrics_address: Annotated[str, AfterValidator(values.socket_address)] | None = None
    """Where the portal serves metrics of what is owed and of itself to Prometheus: an IP address
    and a port. Without it there are none."""
    temporal_ui_url: Annotated[str, AfterValidator(values.http_url)] | None = None
    """Base of Temporal's UI: the staff page links numbers there."""
    oidc_issuer: Annotated[str, AfterValidator(oidc.issuer)] | None = None
    """Issuer of OpenID Connect that staff sign in at, to the letter; needs the next two and
    `DEFECTS_OIDC_ROLES`. Without it staff sign in by tokens only."""
    oidc_client_id: str | None = None
    """How the provider knows the portal."""
    oidc_client_secret: SecretStr | None = None
    """What the portal proves itself to the provider with."""
    oidc_roles: Annotated[
        tuple[oidc.RoleOfGroup, ...], NoDecode, BeforeValidator(oidc.roles_of_groups)
    ] = ()
    """Which groups have which role: `viewer=everybody,specialist=support-team`; also
    `client_success` and `release_manager`."""
    oidc_groups_claim: str = "groups"
    """Claim that lists the groups of a person."""
    oidc_actor_claim: oidc.ActorClaim = "preferred_username"
    """Claim by which a person is on record, as `staff:` and its value."""
    oidc_email_domains: Annotated[tuple[str, ...], NoDecode, BeforeValidator(oidc.domains)] = ()
    """Domains, separated by commas, of which a person's address must be, confirmed by the provider.
    Without them any person with a role may sign in."""
    oidc_scopes: Annotated[str, AfterValidator(oidc.scopes)] = "openid profile email"
    """Scopes that the provider is asked for; some have the groups in one of their own."""
    statuspage_url: Annotated[str, AfterValidator(values.http_url)] | None = None
    """Base of a Statuspage v1 API, with `/v1`; needs the next two. Without it incidents are shown
    by the portal."""
    statuspage_page_id: str | None = None
    """Id of the page at Statuspage."""
    statuspage_api_key: SecretStr | None = None
    """API key of Statuspage."""
    webhook_urls: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.http_urls)] = ()
    """Receivers of Standard Webhooks, separated by commas; `starter.py webhooks add` adds more."""
    webhook_secret: SecretStr | None = None
    """Signs webhooks, required where there are receivers: `whsec_` and base64, or plain text."""
    webhook_allow_private: bool = False
    """Whether receivers may have private, loopback or link-local addresses and be addressed with
    `http://`; otherwise such a receiver stops the worker."""
    encryption_keys: Annotated[
        KeyRing, NoDecode, BeforeValidator(values.key_ring), WithJsonSchema(_SECRET_TEXT)
    ] = Field(default_factory=lambda: NO_KEYS)
    """`id:base64key,…`, keys of 32 bytes: the first encrypts, all decrypt. Without keys payloads,
    and secrets of webhooks in the database, are in clear."""
    codec_address: Annotated[str, AfterValidator(values.socket_address)] = "127.0.0.1:8082"
    """Where `python -m portal.codec_server` listens: an IP address and a port."""
    codec_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.origins)] = ()
    """Origins whose pages may ask the codec server, separated by commas, exactly as browsers name
    them: `https://ui.example.org`. Without them that of `DEFECTS_TEMPORAL_UI_URL` may, else
    none."""
    log: LogStyle = Field(default_factory=lambda: "console" if sys.stderr.isatty() else "json")
    """Format of the log: `console` on a terminal, else `json`."""
    keep_webhooks_days: int = Field(default=90, ge=SHORTEST.days)
    """Days for which messages to webhook receivers are kept that were sent or given up, once their
    case, defect or release is over: for as long as a receiver may ask for them again. At least
    60, for which what is over may still be reset."""
    keep_deliveries_days: int = Field(default=1095, ge=SHORTEST.days)
    """Days for which it is kept who was told what and when, once the case, defect or release is
    over: three years, in which somebody may claim that they were not told. At least 60."""
    keep_letters_days: int = Field(default=90, ge=1)
    """Days for which words are kept in full: emails where there is no mail server, and what was
    told by telephone. That they were sent stays on record with the deliveries."""
    keep_attachments_days: int = Field(default=365, ge=SHORTEST.days)
    """Days for which the files of a case are kept once it is closed. At least 60: one that was
    closed may be opened again."""
    outbound_per_second: float = Field(default=50, gt=0)
    """Activities of the outbound queue that may start per second, over all workers."""
    metrics_address: Annotated[str, AfterValidator(values.socket_address)] | None = None
    """Where the worker serves Prometheus metrics: an IP address and a port. Without it there are
    none."""
    build_id: Annotated[str, AfterValidator(values.build_id)] | None = None
    """Version of the worker's code: its runs stay with it until they are moved. Without it the
    worker is not versioned."""
    graceful_shutdown_seconds: float = Field(default=30, ge=0)
    """How long activities may go on after SIGTERM."""

    # Each has a variable of its own, whose name is the policy's: there is no field for it.
    _places: Mapping[str, SecretStr] = PrivateAttr(default_factory=_read_places)

    @property
    def places(self) -> Mapping[str, SecretStr]:
        """How to get to places of staff, by name: `DEFECTS_PLACE_ONCALL_SLACK` to `oncall-slack`.

        They are read by who sends there: what they say is not looked at here.
        """
        return self._places

    @property
    def oidc(self) -> oidc.OpenIdConnect | None:
        """How staff sign in by an identity provider; None where none is named."""
        if self.oidc_issuer is None:
            return None
        said = {name: getattr(self, f"oidc_{name}") for name in oidc.OpenIdConnect.__annotations__}
        return oidc.OpenIdConnect(**said)

    @property
    def periods(self) -> Periods:
        """How long what may be removed is kept."""
        return Periods(
            webhooks=timedelta(days=self.keep_webhooks_days),
            deliveries=timedelta(days=self.keep_deliveries_days),
            letters=timedelta(days=self.keep_letters_days),
            attachments=timedelta(days=self.keep_attachments_days),
        )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        self._together("statuspage_url", "statuspage_page_id", "statuspage_api_key")
        self._together("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_roles")
        if self.webhook_urls and self.webhook_secret is None:
            raise ValueError(
                f"{_variable('webhook_secret')}: must be set where {_variable('webhook_urls')} is: "
                "receivers check signatures with it"
            )
        return self

    def _together(self, *names: str) -> None:
        given = [_variable(name) for name in names if getattr(self, name)]
        missing = [_variable(name) for name in names if not getattr(self, name)]
        if given and missing:
            raise ValueError(
                f"{', '.join(missing)}: must be set where {' and '.join(given)} "
                f"{'is' if len(given) == 1 else 'are'}"
            )


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: naming every variable that is wrong or plainly misspelt.
    """
    problems = _misspelt()
    try:
        settings = Settings()
    except Invalid as error:
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            said = problem["msg"].removeprefix("Value error, ").replace("Input should", "must")
            where = f"{_variable(str(problem['loc'][0]))}: " if problem["loc"] else ""
            problems.append(where + said)
    if problems:
        raise SettingsError("\n  ".join(["These settings cannot be used:", *problems]))
    return settings


def _misspelt() -> list[str]:
    """Variables that are one of ours but for a letter: `…_KEY` would leave payloads in clear."""
    names = [name.upper() for name in Settings.model_fields]
    ours = [v.removeprefix(PREFIX) for v in sorted(os.environ) if v.startswith(PREFIX)]
    return [
        f"{PREFIX}{name}: is not a setting; did you mean {PREFIX}{meant[0]}?"
        for name in ours
        if name not in names
        and not f"{PREFIX}{name}".startswith(VARIABLES)
        and (meant := get_close_matches(name, names, 1, _MISSPELT))
    ]


def _variable(field: str) -> str:
    return PREFIX + field.upper()
