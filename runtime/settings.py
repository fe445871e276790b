"""Settings from the environment, as the contract's table has them."""

import sys
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DEFECTS_"


class SettingsError(ValueError):
    """A setting is wrong; each line names the variable and what would be right, never a secret."""


class Settings(BaseSettings):
    """Everything an installation can set, but for Temporal's own variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/defects.db")
    policy_file: Path | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "support@vendor.example"
    statuspage_url: str | None = None
    statuspage_page_id: str | None = None
    statuspage_api_key: SecretStr | None = None
    encryption_keys: SecretStr | None = None
    """`id:base64key,...`: the first encrypts, all decrypt."""
    log: Literal["console", "json"] = Field(
        default_factory=lambda: "console" if sys.stderr.isatty() else "json"
    )
    outbound_per_second: float = Field(default=50, gt=0)
    """Messages to the outside that may start per second, over all workers."""
    metrics_address: str | None = None
    """`host:port` where Prometheus finds the SDK's metrics; none by default."""
    graceful_shutdown_seconds: float = Field(default=30, gt=0)

    @model_validator(mode="after")
    def _statuspage_is_whole(self) -> Self:
        names = ("statuspage_url", "statuspage_page_id", "statuspage_api_key")
        missing = [name for name in names if getattr(self, name) is None]
        if 0 < len(missing) < len(names):
            variables = ", ".join(f"{PREFIX}{name.upper()}" for name in missing)
            raise ValueError(f"{variables} must be set too: a status page needs all three")
        return self


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: one line for each variable that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_input=False):
            variable = f"{PREFIX}{str(problem['loc'][0]).upper()}: " if problem["loc"] else ""
            lines.append(f"{variable}{problem['msg'].removeprefix('Value error, ')}")
        raise SettingsError("\n".join(lines)) from None
