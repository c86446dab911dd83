"""Most similar by numpy: for each query, sgemv over the matrix, then argpartition and a sort of the best."""

import json
import sys
import time

import numpy as np

asked = json.loads(sys.argv[1])
matrix = np.fromfile(asked["matrix"], dtype=np.float32).reshape(-1, asked["size"])
queries = np.fromfile(asked["queries"], dtype=np.float32).reshape(-1, asked["size"])
k = asked["k"]


def best(query):
    similarities = matrix @ query
    rows = np.argpartition(similarities, -k)[-k:]
    return rows[np.argsort(-similarities[rows], kind="stable")]


best(queries[0])
clock = time.process_time if asked["cpu"] else time.perf_counter
seconds, answers = [], []
for query in queries:
    begun = clock()
    rows = best(query)
    seconds.append(clock() - begun)
    answers.append(rows.tolist())
print(json.dumps({"seconds": seconds, "rows": answers}))
