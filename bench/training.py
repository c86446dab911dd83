"""Skip-gram with negative sampling by gensim: trains on a file of playlists and keeps the vectors."""

import json
import sys
import time

from gensim.models import Word2Vec

asked = json.loads(sys.argv[1])
playlists = [line.split() for line in open(asked["playlists"])]
model = Word2Vec(
    vector_size=asked["size"],
    window=asked["window"],
    negative=asked["negatives"],
    ns_exponent=asked["exponent"],
    sample=asked["subsample"],
    min_count=asked["minCount"],
    alpha=asked["rate"],
    min_alpha=asked["lastRate"],
    seed=asked["seed"],
    sg=1,
    hs=0,
    workers=asked["threads"],
)
model.build_vocab(playlists)
cpu, wall = time.process_time(), time.perf_counter()
model.train(playlists, total_examples=len(playlists), epochs=asked["epochs"])
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
model.wv.vectors.tofile(asked["vectors"])
ids = model.wv.index_to_key
counts = [int(model.wv.get_vecattr(id, "count")) for id in ids]
print(json.dumps({"cpu": cpu, "wall": wall, "ids": ids, "counts": counts}))
