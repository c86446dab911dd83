"""Nearest neighbours and all pairs by scipy; the seconds that one call takes, by the clock and of the processors."""

import json
import sys
import time

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

asked = json.loads(sys.argv[1])
points = np.ascontiguousarray(np.fromfile(asked["points"]).reshape(asked["d"], -1).T)


def timed(work, scale=1.0):
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    seconds = {"clock": time.perf_counter() - clock, "cpu": time.process_time() - cpu}
    return result, {name: value * scale for name, value in seconds.items()}


if asked["work"] == "all pairs":
    out = np.empty((len(points), len(points)))
    # The first call has the pages of memory given.
    cdist(points, points, out=out)
    _, seconds = timed(lambda: cdist(points, points, out=out))
else:
    tree = cKDTree(points)
    queries = np.ascontiguousarray(points[tree.indices]) if asked["order"] == "tree" else points
    if asked["sample"] < len(points):
        # In runs of a thousand, so that neighbouring queries stay neighbours.
        starts = np.linspace(0, len(points) - 1000, asked["sample"] // 1000).astype(int)
        queries = np.concatenate([queries[start : start + 1000] for start in starts])
    (distances, _), seconds = timed(
        lambda: tree.query(queries, k=asked["k"] + 1, workers=asked["workers"]), len(points) / len(queries)
    )
    if "out" in asked:
        distances[:, 1:].tofile(asked["out"])
print(json.dumps(seconds))
