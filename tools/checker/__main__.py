"""``python -m tools.checker``: see --help."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.runner import postgres_url
from tools.checker.controls import CONTROLS, NONE
from tools.checker.run import Report, check, judged, served
from tools.serving.database import Database, existing

AT_WORK = "The clients are at work."
NOTICED = 0.95  # of the seeds in which a guard is off


def main() -> int:
    options = arguments().parse_args()
    if options.judge:
        report = judged(options.judge)
        print(report)
        return int(bool(report.violations))
    if options.address:
        return checks(options, options.address, existing(options.database))
    if options.database == "sqlite":
        return runs(options, "")
    if options.database != "postgres":
        return runs(options, options.database)
    with postgres_url() as url:
        if not url:
            print("There is no PostgreSQL: name one in TEST_DATABASE_URL.", file=sys.stderr)
            return 2
        return runs(options, url)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.checker", description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgres, or a PostgreSQL's address.")
    parser.add_argument("--address", help="Of a server that runs, on the database at --database, for --token.")
    parser.add_argument("--token", default="", help="Of a user who may everything.")
    parser.add_argument("--seed", type=int, default=1, help="The first seed.")
    parser.add_argument("--seeds", type=int, default=1, help="How many, one after the other.")
    parser.add_argument("--minutes", type=float, default=0, help="Go on with further seeds for so long.")
    parser.add_argument("--operations", type=int, default=500, help="About so many calls a seed.")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--control", choices=sorted(CONTROLS), help="Take a guard away, and expect to notice.")
    parser.add_argument("--until-noticed", type=int, default=0, metavar="N", help="Stop when noticed, or after N.")
    parser.add_argument("--faults", action="store_true", help="Somebody makes faults: 503 is no news.")
    parser.add_argument("--clock-off", type=float, default=0, metavar="SECONDS", help="How wrong the server's may be.")
    parser.add_argument("--keep", type=Path, help="A directory to write each story to.")
    parser.add_argument("--judge", type=Path, help="Only judge a story that was kept.")
    return parser


def runs(options: argparse.Namespace, server: str) -> int:
    control = CONTROLS[options.control] if options.control else NONE
    with tempfile.TemporaryDirectory(prefix="checker-") as folder, served(control, server, Path(folder)) as served_by:
        running, database = served_by
        return checks(options, running.address, database)


def checks(options: argparse.Namespace, address: str, database: Database) -> int:
    """Seed after seed on one server."""
    deadline = time.monotonic() + 60 * options.minutes
    reports: list[Report] = []
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    while not enough(options, reports, deadline):
        seed = options.seed + len(reports)
        name = f"{options.database.partition(':')[0]}-{options.control or 'guarded'}-{seed}.story"
        keep = options.keep / name if options.keep else None
        sizes = {"operations": options.operations, "clients": options.clients}
        terms = {"keep": keep, "token": options.token, "calm": not options.faults, "clock_off": options.clock_off}
        reports.append(check(address, database, seed=seed, meanwhile=say_so, **terms, **sizes))
        print(reports[-1], flush=True)
    return summed_up(options, reports)


def say_so() -> None:
    """For whoever makes faults: they may begin."""
    print(AT_WORK, flush=True)


def enough(options: argparse.Namespace, reports: list[Report], deadline: float) -> bool:
    if options.until_noticed:
        return any(report.violations for report in reports) or len(reports) == options.until_noticed
    return len(reports) >= options.seeds and time.monotonic() >= deadline


def summed_up(options: argparse.Namespace, reports: list[Report]) -> int:
    """Print what came of it; the exit code."""
    found = [report for report in reports if report.violations]
    rules = Counter(name for report in found for name in report.violations)
    outcomes = sum((report.outcomes for report in reports), Counter[str]())
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{len(reports)} seeds, {outcomes.total()} calls ({told}); violations in {len(found)} seeds: {dict(rules)}")
    if options.control:
        print(f"Without {options.control}: noticed in {len(found)} of {len(reports)} seeds.")
        return int(not found if options.until_noticed else len(found) < NOTICED * len(reports))
    return int(bool(found))


if __name__ == "__main__":
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    sys.exit(main())
