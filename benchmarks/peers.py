"""The peers: other systems that rank documents, each set up as its documentation says, over the same vectors.

A peer indexes a collection when it is created, which is also when its packages are imported, and ranks its documents.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from qa.encoding.encoder import Vectors


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents: their ids, texts and unit vectors, the vectors of shape (len(ids), dimension)."""

    ids: Sequence[str]
    texts: Sequence[str]
    vectors: Vectors


class Peer(Protocol):
    """A system to compare with; `packages` are the distributions that it needs."""

    name: ClassVar[str]
    packages: ClassVar[Sequence[str]]

    def __init__(self, collection: Collection) -> None: ...

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:
        """Rank the documents for a question.

        Args:
            question: The question's text.
            vector: Its unit vector, shape (dimension,).
            k: The number of documents to return.

        Returns:
            The ids of the best `k` documents, best first.
        """


class Dense:
    """Cosine similarity only: an exact FAISS index."""

    name: ClassVar[str] = "dense"
    packages: ClassVar[Sequence[str]] = ("faiss-cpu",)

    def __init__(self, collection: Collection) -> None:
        import faiss

        self._ids = collection.ids
        self._index = faiss.IndexFlatIP(collection.vectors.shape[1])
        self._index.add(collection.vectors)

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:  # noqa: ARG002
        numbers = self._index.search(vector[None, :], min(k, len(self._ids)))[1][0]
        return [self._ids[number] for number in numbers]


class Bm25:
    """BM25 in tantivy, with its default analyzer: lower-case words."""

    name: ClassVar[str] = "BM25 (tantivy)"
    packages: ClassVar[Sequence[str]] = ("tantivy",)

    def __init__(self, collection: Collection) -> None:
        import tantivy

        self._ids = collection.ids
        self._analyzer = self._chain()
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("number", fast=True)
        builder.add_text_field("text", tokenizer_name="words")
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        index.register_tokenizer("words", self._analyzer)
        writer = index.writer(num_threads=1)
        for number, text in enumerate(collection.texts):
            document = tantivy.Document()
            document.add_unsigned("number", number)
            document.add_text("text", text)
            writer.add_document(document)
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:  # noqa: ARG002
        from tantivy import Occur, Query

        words = [Query.term_query(self._schema, "text", word) for word in self._analyzer.analyze(question)]
        found = self._searcher.search(Query.boolean_query([(Occur.Should, word) for word in words]), k).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in found])
        return [self._ids[int(number or 0)] for number in numbers]

    def _chain(self) -> Any:
        from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

        return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40)).filter(Filter.lowercase()).build()


class StemmedBm25(Bm25):
    """BM25 in tantivy, with its analyzer for English, `en_stem`."""

    name: ClassVar[str] = "BM25 (tantivy, stemmed)"

    def _chain(self) -> Any:
        from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

        chain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40)).filter(Filter.lowercase())
        return chain.filter(Filter.stemmer("english")).build()


class Bm25s:
    """BM25 in bm25s with its defaults: Lucene's formula, no English stop words."""

    name: ClassVar[str] = "BM25 (bm25s)"
    packages: ClassVar[Sequence[str]] = ("bm25s",)

    def __init__(self, collection: Collection) -> None:
        import bm25s

        self._ids = collection.ids
        self._tokenize = bm25s.tokenize
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(list(collection.texts), show_progress=False), show_progress=False)

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:  # noqa: ARG002
        words = self._tokenize([question], return_ids=False, show_progress=False)
        if not words[0]:
            return []
        found = self._index.retrieve(words, k=min(k, len(self._ids)), show_progress=False)
        return [self._ids[number] for number, score in zip(found.documents[0], found.scores[0], strict=True) if score]


class LangChain:
    """LangChain's FAISS store with its defaults."""

    name: ClassVar[str] = "LangChain + FAISS"
    packages: ClassVar[Sequence[str]] = ("langchain-community",)

    def __init__(self, collection: Collection) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import FakeEmbeddings

        # Vectors come with the texts and with every question, so its own encoder is never called.
        self._store = FAISS.from_embeddings(
            list(zip(collection.texts, collection.vectors.tolist(), strict=True)),
            FakeEmbeddings(size=collection.vectors.shape[1]),
            ids=list(collection.ids),
        )

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:  # noqa: ARG002
        return [document.id for document in self._store.similarity_search_by_vector(vector.tolist(), k=k)]


class LlamaIndex:
    """LlamaIndex's VectorStoreIndex over its in-memory store, with its defaults."""

    name: ClassVar[str] = "LlamaIndex"
    packages: ClassVar[Sequence[str]] = ("llama-index-core",)

    def __init__(self, collection: Collection) -> None:
        from llama_index.core import MockEmbedding, VectorStoreIndex
        from llama_index.core.schema import TextNode

        rows = zip(collection.ids, collection.texts, collection.vectors.tolist(), strict=True)
        nodes = [TextNode(id_=name, text=text, embedding=vector) for name, text, vector in rows]
        # As with LangChain: its own encoder is never called.
        self._index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=collection.vectors.shape[1]))

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:
        from llama_index.core.schema import QueryBundle

        retriever = self._index.as_retriever(similarity_top_k=k)
        return [hit.node_id for hit in retriever.retrieve(QueryBundle(question, embedding=vector.tolist()))]


class Txtai:
    """txtai over external vectors; its FAISS index is `Flat`, which is exact at every size."""

    name: ClassVar[str] = "txtai"
    packages: ClassVar[Sequence[str]] = ("txtai",)
    hybrid: ClassVar[bool] = False

    def __init__(self, collection: Collection) -> None:
        from txtai import Embeddings

        rows = zip(collection.texts, collection.vectors, strict=True)
        self._vectors: dict[str, Vectors] = dict(rows)

        def transform(texts: Sequence[str]) -> list[Vectors]:
            return [self._vectors[text] for text in texts]

        self._embeddings = Embeddings(
            method="external",
            transform=transform,
            hybrid=self.hybrid,
            content=False,
            faiss={"components": "IDMap,Flat"},
        )
        self._embeddings.index(list(zip(collection.ids, collection.texts, strict=True)))

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:
        self._vectors[question] = vector
        return [name for name, _ in self._embeddings.search(question, k)]


class TxtaiHybrid(Txtai):
    """txtai with `hybrid=True`: BM25 and vectors, weighted equally."""

    name: ClassVar[str] = "txtai hybrid"
    hybrid = True


class HaystackHybrid:
    """Haystack's in-memory hybrid retrieval: BM25 and vectors, joined by reciprocal rank fusion."""

    name: ClassVar[str] = "Haystack hybrid"
    packages: ClassVar[Sequence[str]] = ("haystack-ai",)

    def __init__(self, collection: Collection) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
        from haystack import Document
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore()
        rows = zip(collection.ids, collection.texts, collection.vectors.tolist(), strict=True)
        store.write_documents([Document(id=name, content=text, embedding=vector) for name, text, vector in rows])
        self._words, self._vectors = InMemoryBM25Retriever(store), InMemoryEmbeddingRetriever(store)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def search(self, question: str, vector: Vectors, k: int) -> Sequence[str]:
        words = self._words.run(query=question, top_k=k)["documents"]
        vectors = self._vectors.run(query_embedding=vector.tolist(), top_k=k)["documents"]
        return [document.id for document in self._joiner.run(documents=[words, vectors], top_k=k)["documents"]]


PEERS: Sequence[type[Peer]] = (
    Dense, Bm25, StemmedBm25, Bm25s, LangChain, LlamaIndex, Txtai, TxtaiHybrid, HaystackHybrid,
)  # fmt: skip
