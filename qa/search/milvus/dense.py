"""Dense retrieval in Milvus: passages by the inner product of their unit vectors with the question's."""

from __future__ import annotations

import numpy as np

from qa.encoding.encoder import Vectors
from qa.search.engine import Hits, Ids, Scores, inner_products
from qa.search.milvus.collection import MOST_HITS, Collection
from qa.search.milvus.schema import DENSE, EXACT_UP_TO
from qa.search.query import EncodedQuery
from qa.search.subset import Subset

_MAX_COSINE = 1.01  # rounding makes a cosine exceed 1 by much less
# The candidates that HNSW keeps, at least: as many times the hits of a question as the embedded engine looks at cells.
_LEAST_EF = 512
_VECTORS_PER_REQUEST = 1_000  # 1.5 MB at 384 numbers; Milvus's default limit of a message is 64 MB


class MilvusDense:
    """A `DenseEngine` over a collection, or over some passages of it."""

    def __init__(self, collection: Collection, dimension: int) -> None:
        self._collection, self._dimension = collection, dimension

    def restricted(self, collection: Collection) -> MilvusDense:
        """The same engine over some of its passages."""
        return MilvusDense(collection, self._dimension)

    def __len__(self) -> int:
        return self._collection.passages

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages by cosine, as `Engine.search` describes; in a large library an approximation."""
        k = min(k, len(self) if among is None else len(among), MOST_HITS)
        if not k:
            return Hits(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        parameters = {} if len(self) <= EXACT_UP_TO else {"ef": max(k, _LEAST_EF)}
        hits = self._collection.among(among).nearest(DENSE, question.vector, k, parameters)
        return Hits(hits.ids, self._checked(hits.scores))

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The cosine of each of these passages with the question."""
        return self._checked(inner_products(self.vectors(ids), question.vector))

    def vectors(self, ids: Ids) -> Vectors:
        """The unit vectors of these passages, as `DenseEngine.vectors` describes."""
        vectors = np.empty((len(ids), self._dimension), dtype=np.float32)
        for start in range(0, len(ids), _VECTORS_PER_REQUEST):
            batch = ids[start : start + _VECTORS_PER_REQUEST]
            rows = self._collection.of(batch).rows([DENSE])
            for place, number in enumerate(batch.tolist(), start):
                vector = np.asarray(rows[number][DENSE] if number in rows else [], dtype=np.float32)
                if vector.shape != (self._dimension,):
                    raise self._collection.damaged(f"lacks the vector of passage {number}")
                vectors[place] = vector
        self._checked(np.einsum("ij,ij->i", vectors, vectors))
        return vectors

    def _checked(self, cosines: Scores) -> Scores:
        if not (np.abs(cosines) < _MAX_COSINE).all():  # nor is one that is not a number less
            raise self._collection.damaged("holds vectors that are not of length one")
        return cosines
