"""How fast a season is extracted over real sockets with pacing on a virtual clock: posts a second, and memory.

Run: python -m tests.benchmarks.bench_extract [posts]. The bar: 60,000 posts at 2,000 a second, under 500 MB.
"""

import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from flows import simulation, sources
from flows.collecting import pull
from flows.settings import Settings
from flows.simulation.plan import FIRST_DAY
from flows.simulation.services.archive import visible_ids, watch_list
from flows.simulation.services.serve import serving
from flows.sources.pacing import VirtualClock

NOW = datetime(2024, 2, 18, 22, 0, tzinfo=UTC)


def main(posts: int) -> None:
    """Prints the figures; ends with 1 when a post is missing."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = simulation.write_season(Path(scratch) / "season", posts=posts).folder
        watched = {
            platform: {"accounts": each.accounts, "keywords": each.keywords, "hashtags": each.hashtags}
            for platform, each in watch_list(folder).items()
        }
        watched["instagram"]["hashtags"] = ()
        with serving(folder, now=NOW) as services:
            settings = Settings(
                home=Path(scratch) / "home",
                watch={"since": FIRST_DAY, **watched},  # type: ignore[arg-type]
                tiktok_client_key="season-key",  # type: ignore[arg-type]
                tiktok_client_secret="season-secret",  # type: ignore[arg-type]
                facebook_token="season-token",  # type: ignore[arg-type]
                instagram_token="season-token",  # type: ignore[arg-type]
                instagram_user_id="17841400000000001",
                tiktok_url=services["tiktok"],
                graph_url=services["facebook"],
                instagram_url=services["instagram"],
            )
            started = time.perf_counter()
            with ThreadPoolExecutor(3) as pool:
                jobs = [
                    pool.submit(pull.pull, settings, source, VirtualClock(NOW)) for source in pull.configured(settings)
                ]
                done = [job.result()[-1] for job in jobs]
            seconds = time.perf_counter() - started
        truth = visible_ids(folder, NOW)
        missing = 0
        for each in done:
            platform = sources.source_named(each.source).platform
            ids = {post_id.rpartition("_")[2] if platform == "facebook" else post_id for post_id in each.found}
            missing += len(truth[platform] - ids)
            print(f"{each.sentence()}; {len(truth[platform] - ids)} missing")
    total = sum(each.posts for each in done)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{total:,} posts in {seconds:.1f} s: {total / seconds:,.0f} posts/s; peak {memory} MB")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
