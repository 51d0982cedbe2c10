"""Where the time of a request goes: `python -m benchmarks.flame booking [--quick] [--out FILE.svg]`.

Serves the clinic that the benchmarks have filled, lets eight clients ask for one kind of thing, and has py-spy draw a
flame graph of one worker meanwhile. The wider a box, the more of the worker's time on a processor was spent in it.
"""

import argparse
import subprocess
import threading
from pathlib import Path

from benchmarks.__main__ import HOME
from benchmarks.arena import clinic
from benchmarks.client import load
from benchmarks.cluster import Bench, running
from benchmarks.measures.growth import requests_of
from benchmarks.processor import children

KINDS = {"booking": "booking", "slots": "slots of one doctor, 31 days", "first": "first available"}
CLIENTS, SECONDS, RATE = 8, 15, 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flame", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--quick", action="store_true", help="In the small clinic.")
    parser.add_argument("--home", type=Path, default=HOME, help="Where the databases are kept. Default: .bench")
    parser.add_argument("--out", type=Path, help="Default: KIND.svg")
    given = parser.parse_args()
    name = f"{'quick' if given.quick else 'full'}_large"
    out = given.out or Path(f"{given.kind}.svg")
    with running(given.home / "cluster") as server, clinic(Bench(server), name, given.home) as served:
        request = requests_of(served)[KINDS[given.kind]]
        load(served.target, request, clients=CLIENTS, seconds=3)  # warm
        asking = threading.Thread(
            target=load, args=(served.target, request), kwargs={"clients": CLIENTS, "seconds": SECONDS + 3}
        )
        asking.start()
        [worker, *_] = children(served.target.pid)
        subprocess.run(
            [
                *("py-spy", "record", "--pid", str(worker), "--duration", str(SECONDS), "--rate", str(RATE)),
                *("--gil", "--output", str(out)),
            ],
            check=True,
        )
        asking.join()


if __name__ == "__main__":
    main()
