"""The configuration of ronda, and the only place that reads the environment and ronda.toml.

Every setting can be given as an environment variable (`RONDA_HOME`) or, in lower case without the prefix, in
`ronda.toml` in the home; the environment wins. Where no home is named and it has no such file, the file of the working
folder is taken, if the folder is the user's own: what lies in the folder of somebody else decides nothing.
"""

import base64
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

import sql
from flows.exits import UsageError
from flows.periods import Election, read_election
from flows.post import Platform

Language = Literal["id", "en"]
_TOML = "ronda.toml"
_EXPORTED = "RONDA_TOML"  # the working folder's file that is in use, for the processes below
_FLOW_RUN = "PREFECT__FLOW_RUN_ID"  # set where Prefect started this process for one run of a flow
_REPORTS_TO_NOBODY = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


class TableMapping(BaseModel):
    """How the columns of an arbitrary table become a Post (`[tables.<name>]` in ronda.toml).

    A table is CSV, a workbook (.xlsx), JSON (one object a line, or an array) or Parquet.

    Each value is the name of a column in the table, but for `platform` and what says how times and numbers are
    written. Only `id`, `created_at` and one of `platform` or `platform_column` are required.
    """

    platform: Platform | None = None
    platform_column: str | None = None
    id: str
    created_at: str
    author: str | None = None
    author_name: str | None = None
    text: str | None = None
    hashtags: str | None = None
    language: str | None = None
    media_type: str | None = None
    likes: str | None = None
    comments: str | None = None
    shares: str | None = None
    views: str | None = None
    url: str | None = None
    query: str | None = None
    observed_at: str | None = None
    timezone: str = Field(default="UTC", description="zone of times that carry none: a name like Area/City, or +07:00")
    time_format: str | None = Field(
        default=None,
        description='how times are written, as in Python: "%d/%m/%Y %H:%M", "%d %B %Y"; default: as the column shows',
    )
    number_format: Literal["1.234,5", "1,234.5"] | None = Field(
        default=None, description="how counts are written; default: as the column, then the file shows"
    )
    records: str | None = Field(
        default=None, description='where the records lie in saved answers (JSON), as in "data.videos"'
    )


class WatchedPlatform(BaseModel):
    """What is watched on one platform, beside the seeds `accounts` and `keywords` (`[watch.<platform>]`)."""

    accounts: list[str] = Field(default_factory=list, description="handles; of Facebook Pages the numbers")
    keywords: list[str] = Field(default_factory=list, description="words or phrases; TikTok only")
    hashtags: list[str] = Field(default_factory=list, description="TikTok; on Instagram at most 30 in 7 days")


class Watch(BaseModel):
    """What `ronda extract` watches (`[watch]` in ronda.toml)."""

    since: date | None = Field(default=None, description="first day to collect; default: the look-back only")
    look_back_days: int = Field(default=14, ge=1, le=90, description="days that are asked for again at every run")
    tiktok: WatchedPlatform = Field(default_factory=WatchedPlatform)
    facebook: WatchedPlatform = Field(default_factory=WatchedPlatform)
    instagram: WatchedPlatform = Field(default_factory=WatchedPlatform)


class _File(TomlConfigSettingsSource):
    """`ronda.toml`, with the folder of the seeds taken from where the file lies, so that both move together."""

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls, path)
        self._folder = path.absolute().parent

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        seeds = values.get("seeds")
        return values | {"seeds": self._folder / seeds} if isinstance(seeds, str) else values


def working_file() -> Path | None:
    """The `ronda.toml` of the working folder where it is the one to look at, trusted or not."""
    named = os.environ.get("RONDA_HOME")
    if (Path(named or "data").expanduser() / _TOML).is_file():
        return None
    if exported := os.environ.get(_EXPORTED):
        return Path(exported)
    return Path(_TOML).absolute() if not named and Path(_TOML).is_file() else None


def is_own(path: Path) -> bool:
    """Whether a file and its folder belong to the user, and not everybody may write to them."""
    facts = [path.stat(), path.parent.stat()]
    return all(each.st_uid == os.geteuid() and not each.st_mode & stat.S_IWOTH for each in facts)


def _toml() -> Path | None:
    """The file that settings come from."""
    if working := working_file():
        return working if is_own(working) else None
    path = Path(os.environ.get("RONDA_HOME", "data")).expanduser() / _TOML
    return path if path.is_file() else None


_KEPT_FLOW_RUNS = 84  # days that Prefect's database keeps the runs of flows; ronda's own records are kept longer
_TRIES_AGAIN = 1  # of a request to the own server, 2 s later


def _addresses(value: Any) -> Any:
    """One address as a list of one; the text of a JSON list as the list."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.lstrip().startswith("[") else [value] if value.strip() else []


class Settings(BaseSettings):
    """Every setting of ronda, its default and what it is for."""

    model_config = SettingsConfigDict(env_prefix="RONDA_", extra="forbid")

    home: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default=Path("data"), description="everything ronda keeps: landing, ledger, warehouse, releases"
    )
    lang: Language = Field(default="id", description="language of reports: id or en")
    author_key: SecretStr | None = Field(
        default=None, description="key of the author hashes, 32 bytes as hex; default: RONDA_HOME/secret.key"
    )
    seeds: Path = Field(default=sql.SEEDS, description="folder of the seeds; in ronda.toml from where the file lies")
    office: str | None = Field(default=None, description="office that signs the reports; default: the seed's")
    site_port: int = Field(default=8480, ge=1, le=65535, description="port of the report site of `ronda serve`")
    desk_port: int = Field(
        default=8490, ge=1, le=65535, description="port of the desk, of `ronda serve` and `ronda desk`"
    )
    desk_address: str = Field(default="", description="address of the desk where a proxy with TLS stands before it")
    server_port: int = Field(default=4200, ge=1, le=65535, description="port of the Prefect server of `ronda serve`")
    task_runner: Literal["processes", "dask", "ray"] = Field(
        default="processes",
        description="where the units of a run are worked on; dask and ray: requirements-cluster.txt",
    )
    cluster: str = Field(
        default="", description="address of the Dask scheduler or the Ray head; without it a cluster of this machine"
    )
    workers: int = Field(
        default=2, ge=1, description="processes for units where no cluster is named; two are the run and its helper"
    )
    exchange_url: str = Field(
        default="",
        description="s3://bucket/prefix, for workers that share no disk with the home: landed files and prepared parts"
        " lie there during a run; the login stands in AWS_* of the environment",
    )
    watch: Watch = Field(default_factory=Watch, description="accounts, keywords and hashtags to collect")
    tiktok_client_key: SecretStr | None = Field(
        default=None, description='TikTok Research API; a secret may be "block:<name of a Prefect secret block>"'
    )
    tiktok_client_secret: SecretStr | None = Field(default=None, description="its other half")
    tiktok_url: str = Field(default="https://open.tiktokapis.com", description="address of the Research API")
    tiktok_requests_per_second: float = Field(default=1.0, gt=0, description="pace of the Research API")
    tiktok_requests_per_day: int = Field(default=1000, ge=1, description="quota of the project a UTC day")
    facebook_token: SecretStr | None = Field(default=None, description="access token for Page posts")
    instagram_token: SecretStr | None = Field(default=None, description="access token of the professional account")
    instagram_user_id: str | None = Field(default=None, description="number of the professional account that asks")
    graph_app_secret: SecretStr | None = Field(default=None, description="app secret, where the app demands a proof")
    graph_url: str = Field(default="https://graph.facebook.com", description="address of the Graph API")
    instagram_url: str | None = Field(default=None, description="the same for Instagram; default: graph_url")
    graph_version: str = Field(default="v26.0", pattern=r"v\d+\.\d+", description="version of the Graph API")
    graph_requests_per_second: float = Field(default=2.0, gt=0, description="pace of the Graph API, each platform")
    request_timeout: float = Field(
        default=30.0, gt=0, description="seconds without a byte before a request is given up"
    )
    request_deadline: float = Field(default=90.0, gt=0, description="seconds for a whole answer")
    refresh_days: int = Field(default=15, ge=2, description="every stored post is looked at again within so many days")
    retention_days: int = Field(default=365, ge=1, description="age up to which posts are looked at again")
    tables: dict[str, TableMapping] = Field(default_factory=dict, description="column mappings of arbitrary tables")
    zones: dict[str, str] = Field(
        default_factory=dict,
        description='what names of zones in exports stand for where they can be several: IST = "+05:30"',
    )
    notify: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_addresses)] = Field(
        default=(),
        description="apprise addresses (mailto://, tgram://, json:// ...) that hear of every published or stopped week"
        " and of every failed source; one, or a JSON list",
    )
    site_address: str = Field(default="", description="address of the published site, for links in notices")
    published_to_group: bool = Field(
        default=False, description="whether the group of the account may read what is published; else it alone"
    )

    _own_lang: Language | None = PrivateAttr(default=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a way to configure ronda
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values first, then the environment, then ronda.toml."""
        toml = _toml()
        files = (_File(settings_cls, toml),) if toml else ()
        return (init_settings, env_settings, *files)

    @cached_property
    def election(self) -> Election:
        """The election the seeds describe."""
        return read_election(self.seeds)

    @property
    def signing_office(self) -> str:
        """The office that signs the reports and introduces itself to the platforms."""
        return self.office or self.election.office

    def make_home(self) -> None:
        """Makes the home where there is none; raises UsageError when it is not a folder that can be written."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_usable = os.access(self.home, os.W_OK | os.X_OK)
        except OSError:  # a file stands in the way, or a folder nobody may write to
            is_usable = False
        if not is_usable:
            raise UsageError(f"{self.home} is not a folder that can be written; set RONDA_HOME to another one.")

    @property
    def own_lang(self) -> Language:
        """The language of the home, which stays what it is while something is published in another one."""
        return self._own_lang or self.lang

    def in_language(self, lang: Language) -> Self:
        """The same settings for reports in another language."""
        other = self.model_copy(update={"lang": lang})
        other._own_lang = self.own_lang
        return other

    def export(self, log_level: str = "CRITICAL") -> None:
        """Tells the libraries below, through the environment, where to keep their state and to report to nobody.

        Must be called before Prefect or Great Expectations is imported; processes started later inherit it. Prefect's
        own log is silent at a terminal, where `ronda` itself says what went wrong. Prefect starts no server itself.
        """
        working = working_file()
        os.environ.pop(_EXPORTED, None)
        if working is not None and is_own(working):
            os.environ[_EXPORTED] = str(working)
        os.environ["RONDA_HOME"] = str(self.home)
        os.environ["PREFECT_HOME"] = str(self.home / "prefect")
        # Prefect would take these from files of the working folder too, and a description of logs can run code.
        os.environ["PREFECT_PROFILES_PATH"] = str(self.home / "prefect" / "profiles.toml")
        for name in ("PREFECT_LOGGING_CONFIG_PATH", "PREFECT_LOGGING_SETTINGS_PATH"):
            os.environ[name] = str(self.home / "prefect" / "logging.yml")
        os.environ.update(_REPORTS_TO_NOBODY)
        os.environ["PREFECT_SERVER_EPHEMERAL_ENABLED"] = "false"
        os.environ["PREFECT_LOGGING_LEVEL"] = os.environ["PREFECT_LOGGING_INTERNAL_LEVEL"] = log_level

    def without_secrets(self) -> Self:
        """The same settings for workers of a cluster, which need no token and no key but the one they are given."""
        secret = [name for name, field in type(self).model_fields.items() if "SecretStr" in str(field.annotation)]
        return self.model_copy(update={name: type(self).model_fields[name].default for name in secret})

    def for_workers(self) -> dict[str, str]:
        """What a process must be told that a worker of another Prefect server starts for this home; no secrets."""
        told = _REPORTS_TO_NOBODY | {"RONDA_HOME": str(self.home)}
        return told | ({_EXPORTED: os.environ[_EXPORTED]} if _EXPORTED in os.environ else {})

    def export_server(self, port: int, login: str) -> None:
        """Tells Prefect, in the same way, of the server of this home: where it is, how it is guarded, and its login.

        The login never stands on a command line, which others can read.
        """
        own = [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost")]
        os.environ["PREFECT_API_URL"] = f"{own[0]}/api"
        os.environ["PREFECT_UI_API_URL"] = "/api"  # pages ask the server they came from, whatever its name
        os.environ["PREFECT_SERVER_API_AUTH_STRING"] = os.environ["PREFECT_API_AUTH_STRING"] = login
        os.environ["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"] = "true"
        os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = ",".join(own)
        os.environ["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] = "events,flow_runs"  # else its database grows for ever
        os.environ["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"] = str(_KEPT_FLOW_RUNS * 86_400)
        # A server of this machine that does not answer twice is gone. Prefect's five tries more, of each request of a
        # run, take minutes before the run says so.
        os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", str(_TRIES_AGAIN))

    @property
    def login(self) -> Path:
        """The file with the login of this home's Prefect server."""
        return self.home / "server.key"


@contextmanager
def lent(values: Mapping[str, str]) -> Iterator[None]:
    """Settings by name that hold while the block lasts, for this process and those it starts."""
    names = {f"RONDA_{name.upper()}": value for name, value in values.items()}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class ServerElsewhere(NamedTuple):
    """A Prefect server that ronda did not start: its address, and what is said to be let in, or nothing."""

    api: str
    authorization: str


def server_elsewhere() -> ServerElsewhere | None:
    """The Prefect server that the environment names, with its own login; None: ronda starts one."""
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        return None
    if login := os.environ.get("PREFECT_API_AUTH_STRING"):
        return ServerElsewhere(api, f"Basic {base64.b64encode(login.encode()).decode()}")
    key = os.environ.get("PREFECT_API_KEY")
    return ServerElsewhere(api, f"Bearer {key}" if key else "")


def is_storage_here() -> bool:
    """Whether the storage that AWS_ENDPOINT_URL names is on this machine: the only one that may do without TLS."""
    address = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    return address.scheme == "http" and address.hostname in {"127.0.0.1", "localhost", "::1"}


def is_served_run() -> bool:
    """Whether this process was started by Prefect for one run of a flow, with a pipe from its starter."""
    mode = os.fstat(0).st_mode
    return _FLOW_RUN in os.environ and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def load_settings() -> Settings:
    """Settings from the environment and ronda.toml; raises UsageError naming the setting that is wrong.

    Every verb, flow and task begins with them: what this process and those it starts write from now on is closed to
    other accounts, whatever the umask was. `flows.store.permissions` opens what is published. A run that Prefect
    started finds its home and never makes one: its worker could be on another machine.
    """
    os.umask(0o077)
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"The setting {where} is not usable: {first['msg']}"
        raise UsageError(f"{what}; sql/DICTIONARY.md lists the settings.") from error
    except ValueError as error:
        raise UsageError(f"ronda.toml cannot be read: {error}; fix the file.") from error
    if _FLOW_RUN in os.environ and not settings.home.is_dir():
        raise UsageError(f"The home {settings.home} is not on this machine; start the worker of Prefect where it is.")
    return settings
