"""`python -m bench [NAME …]`: runs the named benchmarks, or all, and prints Markdown tables."""

import os
import sys
from collections.abc import Callable, Iterator

from bench.capacity import first_visit, flatness, reactions, reconnect_calls, units
from bench.cost import cost_tables
from bench.cpu import cold_start, warm_gate
from bench.latency import console, isolation, local_stack, reconnect
from bench.output import Table
from bench.scale import scale_tables
from tests.support.engines import CREDENTIALS

BENCHMARKS: dict[str, Callable[[], Iterator[Table]]] = {
    "units": units.measure,
    "reactions": reactions.measure,
    "cold": cold_start.measure,
    "instructions": warm_gate.measure,
    "flatness": flatness.measure,
    "running": local_stack.measure,
    "reconnect": reconnect.measure,
    "reconnect-calls": reconnect_calls.measure,
    "isolation": isolation.measure,
    "console": console.measure,
    "first-visit": first_visit.measure,
    "cost": cost_tables.measure,
    "scale": scale_tables.measure,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}. The benchmarks are: {', '.join(BENCHMARKS)}.")
        return 1
    os.environ.update(CREDENTIALS)
    for name in names or BENCHMARKS:
        for table in BENCHMARKS[name]():
            print(f"{table}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
