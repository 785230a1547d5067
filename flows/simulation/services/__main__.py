"""`python -m flows.simulation.services FOLDER`: the season served until standard input ends."""

import argparse
from pathlib import Path

from flows.simulation.services.serve import PLATFORMS, run


def main() -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(prog="python -m flows.simulation.services", description=__doc__)
    parser.add_argument("season", type=Path, help="folder of a season")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--serve", action="append", metavar="PLATFORM:PORT", help="default: all, on free ports")
    options = parser.parse_args()
    chosen = [item.partition(":") for item in options.serve or PLATFORMS]
    run(options.season, options.host, {platform: int(port or 0) for platform, _, port in chosen})


if __name__ == "__main__":
    main()
