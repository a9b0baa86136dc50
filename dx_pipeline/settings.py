"""Which deployment this is: one machine with files, or many with PostgreSQL, object storage and a broker.

Each setting is an environment variable (`DX_DEPLOYMENT`), a file of that name in the folder `DX_SECRETS_DIR`, or a key
of `dx.toml` in the root (`deployment`), the first found. Secrets are never read from `dx.toml` and never shown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from dx_pipeline.declarations import read_toml
from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest

PREFIX = "DX_"
FILE = "dx.toml"
SECRETS_DIR = "DX_SECRETS_DIR"
LOOK = "docs/deployment.md lists the settings."
URLS = {"broker": "redis://host:6379/0", "backend": "redis://host:6379/0", "s3_endpoint": "https://host:port"}
Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(DxError):
    """Settings are missing, unknown, or do not fit together. Trying again does not help."""

    exit_code = BAD_INPUT


class Settings(BaseSettings):
    """All settings; the defaults are those of one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    deployment: Literal["embedded", "shared"] = "embedded"
    #: empty: in this process when embedded, through Celery when shared
    executor: Literal["", "in_process", "celery", "k8s"] = ""

    #: one server for Dagster's storage (`postgres_db`) and the catalogue of the lake (`lake_db`)
    postgres_host: str = ""
    postgres_port: Port = 5432
    postgres_user: str = "dx"
    postgres_password: SecretStr = SecretStr("")
    postgres_db: str = "dagster"
    lake_db: str = "lake"
    #: a file in place of the catalogue in PostgreSQL, to try a lake on one machine
    lake_catalogue: str = ""
    #: where the Parquet files lie: s3://bucket/prefix, or a folder
    lake_data: str = ""

    #: empty: the storage of the cloud itself; otherwise http(s)://host:port
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_key_id: str = ""
    s3_secret: SecretStr = SecretStr("")

    #: redis://host:6379/0, without a password
    broker: str = ""
    #: the same unless given
    backend: str = ""
    broker_password: SecretStr = SecretStr("")
    #: after so many seconds without a sign of life a worker's step is given to another one
    worker_lost_seconds: Annotated[int, Field(ge=5)] = 120

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Environment before files before what `dx.toml` says."""
        folder = os.environ.get(SECRETS_DIR) or None
        return env_settings, SecretsSettingsSource(settings_cls, folder), init_settings

    @property
    def shared(self) -> bool:
        """Whether tables lie in a lake that other machines write too."""
        return self.deployment == "shared"

    @property
    def steps_by(self) -> str:
        """Who runs the steps of a run."""
        return self.executor or ("celery" if self.shared else "in_process")

    def url(self, of: Literal["broker", "backend"]) -> str:
        """Address of the broker or of the store of results, with its password: for those who open it only."""
        address = urlsplit(self.broker if of == "broker" else self.backend or self.broker)
        password = self.broker_password.get_secret_value()
        user, _, host = address.netloc.rpartition("@")
        with_password = f"{user}:{quote(password, safe='')}@{host}" if password else address.netloc
        return urlunsplit(address._replace(netloc=with_password))

    def redacted(self, text: object) -> str:
        """A text of somebody else, an error of a library, without any of the secrets."""
        told = str(text)
        for name in secret_names():
            secret = getattr(self, name).get_secret_value()
            for form in filter(None, (secret, quote(secret, safe=""))):
                told = told.replace(form, "***")
        return told


def secret_names() -> list[str]:
    """Settings that are secrets."""
    return [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]


def read_settings(root: Path) -> Settings:
    """The settings of a project root and this environment. Only command line and orchestration ask.

    Raises:
        SettingsError: one line for each setting that is unknown, wrong or missing, and for each secret in `dx.toml`.
        DeclarationError: `dx.toml` cannot be read.
    """
    file = root / FILE
    stated = read_toml(file, FILE) if file.is_file() else {}
    remedy = f"put it into the environment as {{}}, or into a file of that name in {SECRETS_DIR}"
    problems = [
        Problem(f"{FILE}, {name}", "no secret in a file that is shared", "one", remedy.format(_variable(name)))
        for name in secret_names()
        if name in stated
    ]
    folder = os.environ.get(SECRETS_DIR)
    if folder and not Path(folder).is_dir():
        problems.append(Problem(SECRETS_DIR, "a folder", folder))
    if problems:
        raise SettingsError.of(problems, LOOK)
    try:
        settings = Settings(**stated)
    except ValidationError as error:
        raise SettingsError.of(map(_problem, error.errors()), LOOK) from None
    if problems := _misfits(settings):
        raise SettingsError.of(problems, LOOK)
    return settings


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _problem(error: Any) -> Problem:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return Problem(f"{FILE}, {name}", "no such setting", f"`{name}`", nearest(name, Settings.model_fields, ""))
    found = "a secret" if name in secret_names() else repr(error["input"])
    return Problem(f"{_variable(name)} or `{name}` in {FILE}", error["msg"].removeprefix("Input should be "), found)


def _misfits(settings: Settings) -> list[Problem]:
    """Settings that are missing for this deployment, or do not go together."""
    if not settings.shared:
        if settings.steps_by == "in_process":
            return []
        found = f"executor {settings.executor} with deployment {settings.deployment}"
        return [Problem(_variable("executor"), "in_process: a file has one writer", found, "set DX_DEPLOYMENT=shared")]
    needed = {"postgres_host", "postgres_user", "postgres_password", "lake_data"}
    needed |= {"broker"} if settings.steps_by == "celery" else set()
    needed |= {"s3_key_id", "s3_secret"} if settings.lake_data.startswith("s3://") else set()
    problems = [
        Problem(_variable(name), "a value for deployment shared", "nothing")
        for name in sorted(needed)
        if getattr(settings, name) in ("", SecretStr(""))
    ]
    for name in URLS:
        stated = getattr(settings, name)
        if stated and "://" not in stated:
            problems.append(Problem(_variable(name), f"a URL as {URLS[name]}", "something else"))
        elif urlsplit(stated).password:
            told = "a URL without a password"
            problems.append(Problem(_variable(name), told, "one with it", "secrets have settings of their own"))
    return problems
