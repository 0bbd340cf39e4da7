#!/usr/bin/env python3
"""Sets the JSON lines of one workload, ours and PyTorch's, against each other."""
import json
import statistics
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    ours = [row for row in rows if row["library"].startswith("cmkt")]
    theirs = [row for row in rows if row["library"].startswith("pytorch")]
    pairs = list(zip(ours, theirs))
    times = sorted(b["median_seconds"] / a["median_seconds"] for a, b in pairs)
    memory = [b["peak_mebibytes"] / a["peak_mebibytes"] for a, b in pairs]
    print(json.dumps({
        "workload": rows[0]["workload"], "against": theirs[0]["library"],
        "times_faster_median": statistics.median(times), "times_faster_minimum": times[0],
        "times_faster_maximum": times[-1], "times_less_memory_median": statistics.median(memory)}))


if __name__ == "__main__":
    main()
