"""`python -m bench [NAME …]`: prints the benchmarks, all or those named, as Markdown."""

import os
import sys
from collections.abc import Callable, Iterator

from bench import cold, console, cost, flatness, instructions, reactions, running, units
from bench.report import Table
from bench.scale import tables as scale
from tests.support.engines import CREDENTIALS

BENCHMARKS: dict[str, Callable[[], Iterator[Table]]] = {
    "units": units.measure,
    "reactions": reactions.measure,
    "cold": cold.measure,
    "instructions": instructions.measure,
    "flatness": flatness.measure,
    "running": running.measure,
    "console": console.measure,
    "cost": cost.measure,
    "scale": scale.measure,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are: {', '.join(BENCHMARKS)}.")
        return 1
    os.environ.update(CREDENTIALS)
    for name in names or BENCHMARKS:
        for table in BENCHMARKS[name]():
            print(f"{table}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
