"""Points in the plane by scikit-learn's PCA and t-SNE; seconds of CPU, trustworthiness and kept neighbours of each."""

import json
import sys
import time

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

asked = json.loads(sys.argv[1])
points = np.ascontiguousarray(np.fromfile(asked["points"]).reshape(asked["d"], -1).T)
k = asked["k"]


def nearest(of):
    return NearestNeighbors(n_neighbors=k).fit(of).kneighbors(return_distance=False)


def measured(make):
    begun = time.process_time()
    places = make()
    seconds = time.process_time() - begun
    kept = [len(set(a) & set(b)) / k for a, b in zip(nearest(points), nearest(places))]
    return {
        "seconds": seconds,
        "trustworthiness": float(trustworthiness(points, places, n_neighbors=k)),
        "kept": float(np.mean(kept)),
    }


methods = {
    "pca": lambda: PCA(2).fit_transform(points),
    "tsne": lambda: TSNE(init="pca", random_state=1, n_jobs=1).fit_transform(points),
}
print(json.dumps({name: measured(make) for name, make in methods.items()}))
