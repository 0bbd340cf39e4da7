#!/usr/bin/env python3
"""Sets the JSON lines of one workload, ours and PyTorch's, against each other, round by round.

A step-2 epoch of ours comes in two kinds: with the arithmetic of its twin, and as `fit` runs it.
"""
import json
import statistics
import sys


def ratios(ours, theirs):
    pairs = list(zip(ours, theirs))
    times = sorted(b["median_seconds"] / a["median_seconds"] for a, b in pairs)
    memory = [b["peak_mebibytes"] / a["peak_mebibytes"] for a, b in pairs]
    line = {
        "workload": ours[0]["workload"], "against": theirs[0]["library"],
        "times_faster_median": statistics.median(times), "times_faster_minimum": times[0],
        "times_faster_maximum": times[-1], "times_less_memory_median": statistics.median(memory)}
    if "strong_encoder" in ours[0]:
        line["strong_encoder"] = ours[0]["strong_encoder"]
    return line


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    theirs = [row for row in rows if row["library"].startswith("pytorch")]
    kinds = {}
    for row in rows:
        if row["library"].startswith("cmkt"):
            kinds.setdefault(row.get("strong_encoder"), []).append(row)
    for ours in kinds.values():
        print(json.dumps(ratios(ours, theirs)))


if __name__ == "__main__":
    main()
