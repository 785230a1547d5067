"""What runs when: one table of deployments, for the server of `ronda serve` and for one that is there already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import prefect
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from flows.backfill import backfill
from flows.daily import daily
from flows.exits import UsageError
from flows.expiring import expire
from flows.extract import extract
from flows.method import METHOD
from flows.settings import Settings
from flows.weekly import weekly

_POOL_TYPE = "process"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One served flow; `cron` is local time, None: started by hand only."""

    name: str
    flow: Any
    cron: str | None
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


_AT = METHOD.release_hour
# A run missed while nothing served is caught up by the next one: each finds in the ledger what is due.
DEPLOYMENTS: tuple[Deployment, ...] = (
    Deployment("extract", extract, "0 */6 * * *", "Pull every source and the inbox, every six hours."),
    Deployment(
        "refresh",
        extract,
        "30 2 * * *",
        "Look at stored posts again, daily 02:30; forget those that are gone.",
        {"refresh": True},
    ),
    Deployment("weekly", weekly, f"0 {_AT} * * 1", f"Publish every complete week that is due, Mondays {_AT:02}:00."),
    Deployment(
        "daily", daily, f"0 {_AT} * * *", "Publish yesterday's note after days of the quiet period and the vote."
    ),
    Deployment("expire", expire, "30 3 * * *", "Empty what is past its retention, daily 03:30."),
    Deployment("backfill", backfill, None, "Publish past weeks again, with a reason."),
)


def _prepared(item: Deployment, zone: str, name: str, **where: Any) -> Any:
    """A deployment for Prefect; none overlaps itself."""
    return item.flow.to_deployment(
        name=name,
        description=item.description,
        parameters=dict(item.parameters),
        schedules=[CronSchedule(cron=item.cron, timezone=zone)] if item.cron else [],
        concurrency_limit=1,
        **where,
    )


def serve(zone: str) -> None:
    """Serves every deployment until interrupted; schedules are not paused at the end."""
    prefect.serve(
        *(_prepared(item, zone, item.name) for item in DEPLOYMENTS),
        pause_on_shutdown=False,
        limit=2,  # an extraction may wait for a platform for hours; the warehouse has its own lock
        print_starting_message=False,
    )


def deploy(settings: Settings, pool: str) -> list[str]:
    """Puts every deployment of a home on a Prefect server, for the workers of a pool of processes; gives their names.

    They are named by the regency, so that many homes can use one server. A worker imports the flows from the ronda that
    is installed beside it, and takes secrets from its own environment. Raises UsageError for a pool that is not there
    or of another type.
    """
    with get_client(sync_client=True) as client:
        try:
            kind = client.read_work_pool(pool).type
        except ObjectNotFound:
            kind = ""
    if kind != _POOL_TYPE:
        there = f"the work pool {pool} of type {kind}" if kind else f"no work pool {pool}"
        raise UsageError(
            f"The Prefect server has {there}; create one with `prefect work-pool create NAME --type {_POOL_TYPE}`, and"
            " name it."
        )
    election = settings.election
    where = {
        "work_pool_name": pool,
        "job_variables": {"env": settings.for_workers()},
        "tags": ["ronda", election.regency],
        "entrypoint_type": EntrypointType.MODULE_PATH,
    }
    regency = "-".join(election.regency.lower().split())
    deployments = [_prepared(item, election.zone.key, f"{item.name}-{regency}", **where) for item in DEPLOYMENTS]
    for each in deployments:
        each.apply()
    return [f"{each.flow_name}/{each.name}" for each in deployments]
