"""What runs when: one table of deployments."""

from dataclasses import dataclass
from typing import Any

import prefect
from prefect.client.schemas.schedules import CronSchedule

from flows.backfill import backfill
from flows.weekly import weekly


@dataclass(frozen=True, slots=True)
class Deployment:
    """One served flow; `cron` is local time, None: started by hand only."""

    flow: Any
    cron: str | None
    description: str


# A run missed while nothing served is caught up by the next one: each finds in the ledger what is due.
DEPLOYMENTS: tuple[Deployment, ...] = (
    Deployment(weekly, "0 6 * * 1", "Publish every complete week that is due, Mondays 06:00."),
    Deployment(backfill, None, "Publish past weeks again, with a reason."),
)


def serve(zone: str) -> None:
    """Serves every deployment until interrupted: one run at a time, schedules not paused at the end."""
    prefect.serve(
        *(
            item.flow.to_deployment(
                name=item.flow.name,
                description=item.description,
                schedules=[CronSchedule(cron=item.cron, timezone=zone)] if item.cron else [],
                concurrency_limit=1,
            )
            for item in DEPLOYMENTS
        ),
        pause_on_shutdown=False,
        limit=1,
        print_starting_message=False,
    )
