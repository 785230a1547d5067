"""What runs when: one table of deployments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import prefect
from prefect.client.schemas.schedules import CronSchedule

from flows.backfill import backfill
from flows.daily import daily
from flows.expiring import expire
from flows.extract import extract
from flows.method import METHOD
from flows.weekly import weekly


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


def serve(zone: str) -> None:
    """Serves every deployment until interrupted: none overlaps itself, schedules are not paused at the end."""
    prefect.serve(
        *(
            item.flow.to_deployment(
                name=item.name,
                description=item.description,
                parameters=dict(item.parameters),
                schedules=[CronSchedule(cron=item.cron, timezone=zone)] if item.cron else [],
                concurrency_limit=1,
            )
            for item in DEPLOYMENTS
        ),
        pause_on_shutdown=False,
        limit=2,  # an extraction may wait for a platform for hours; the warehouse has its own lock
        print_starting_message=False,
    )
