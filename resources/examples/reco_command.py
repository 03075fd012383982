#!/usr/bin/env python3
"""A reconstruction of your own as a program in any language; needs nothing but Python.

    skymap-scanner scan --event-file event.json --reco-command 'python3 reco_command.py' --reco-option sigma_ns=200

The scanner starts as many copies as it has workers. Each reads lines of JSON from standard input: first the event, then
one pixel a line; and writes one line a pixel to standard output. Standard error is free for remarks. README.md beside
this file has every member. The physics is that of reco-module.mjs: a plane wave through the first coincident hits.
"""

import json
import math
import sys

METRES_PER_NS = 0.299792458
HARD_LOCAL_COINCIDENCE = 1


def first_hits(event):
    """(x, y, z, time) of the first coincident pulse of every module that has one."""
    position = {tuple(module["module"]): module["position_m"] for module in event["detector"]["modules"]}
    hits = []
    for pulses in event["pulses"]:
        flags = pulses["flags"]
        if not isinstance(flags, list):  # one value for all pulses of the module
            flags = [flags] * len(pulses["t_ns"])
        for time, flag in zip(pulses["t_ns"], flags):
            if flag & HARD_LOCAL_COINCIDENCE:
                hits.append((*position[tuple(pulses["module"])], time))
                break
    return hits


def fit(hits, sigma_ns, zenith, azimuth):
    """Half the chi square of the hits around the best plane wave from that direction, and the time of the wave."""
    nx = -math.sin(zenith) * math.cos(azimuth)
    ny = -math.sin(zenith) * math.sin(azimuth)
    nz = -math.cos(zenith)
    times = [t - (nx * x + ny * y + nz * z) / METRES_PER_NS for x, y, z, t in hits]
    mean = sum(times) / len(times)
    return sum(((t - mean) / sigma_ns) ** 2 for t in times) / 2, mean


def main():
    greeting = json.loads(sys.stdin.readline())
    sigma_ns = float(greeting["options"].get("sigma_ns", 300))
    hits = first_hits(greeting["event"])
    for line in sys.stdin:
        task = json.loads(line)["task"]
        if len(hits) < 5:
            answer = {"id": task["id"], "error": f"the event has only {len(hits)} modules with coincident hits"}
        else:
            llh, time = fit(hits, sigma_ns, task["zenith_rad"], task["azimuth_rad"])
            answer = {"id": task["id"], "llh": llh, "position_m": [0, 0, 0], "t_ns": time}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
