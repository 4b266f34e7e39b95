"""The benchmarks: significance test, cache, sets, reports, constants and mutants; no peer is needed."""

from __future__ import annotations

import doctest
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

from benchmarks import fusion_weights, mutants, sampled_rankings, scale, stages
from benchmarks.cached_encoder import CachedEncoder
from benchmarks.peers import Bm25, Collection, Dense, StemmedBm25
from benchmarks.quality import main
from benchmarks.quality_report import QualityReport, SetResult
from benchmarks.ranking_metrics import ndcg, p_value
from benchmarks.retrieval_task import RetrievalTask
from benchmarks.scale_report import exponent
from benchmarks.synthetic import RealPassages, SyntheticPassages
from qa.encoding.encoder import Vectors
from qa.types import Progress, no_progress


class CountingEncoder(FakeEncoder):
    def __init__(self, fingerprint: str = "fake-1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self.encoded += texts
        vectors = super().encode(texts, progress=progress)
        return vectors if self.fingerprint == "fake-1" else np.asarray(vectors[:, ::-1], dtype=np.float32)


def test_the_examples_in_docstrings_hold() -> None:
    results = [doctest.testmod(module) for module in (mutants, sampled_rankings)]
    assert [result.failed for result in results] == [0, 0]
    assert all(result.attempted for result in results)


def test_the_same_text_has_the_same_vector_and_is_encoded_once(tmp_path: Path) -> None:
    first = CountingEncoder()
    vectors = CachedEncoder(first, tmp_path).encode(["a lens", "bread", "a lens"])
    assert sorted(first.encoded) == ["a lens", "bread"]
    np.testing.assert_array_equal(vectors, FakeEncoder().encode(["a lens", "bread", "a lens"]))

    later = CountingEncoder()
    np.testing.assert_array_equal(CachedEncoder(later, tmp_path).encode(["bread", "a lens"]), vectors[[1, 0]])
    assert later.encoded == []


def test_another_model_has_another_vector(tmp_path: Path) -> None:
    vectors = CachedEncoder(CountingEncoder(), tmp_path).encode(["a lens"])
    other = CountingEncoder("fake-2")
    assert not np.array_equal(CachedEncoder(other, tmp_path).encode(["a lens"]), vectors)
    assert other.encoded == ["a lens"]


def test_the_randomisation_test_equals_a_count_by_hand() -> None:
    # Of the 2 ** 4 signs of four equal differences, two give a sum as large as the one seen: p is 1/8.
    ours, theirs = np.array([1.0, 1.0, 1.0, 1.0, 0.5]), np.array([0.0, 0.0, 0.0, 0.0, 0.5])
    assert p_value(ours, theirs) == pytest.approx(1 / 8, abs=0.01)
    assert p_value(theirs, ours) == p_value(ours, theirs)
    assert p_value(ours, ours) == 1.0
    # The differences 3, 1: of (3+1, 3-1, -3+1, -3-1) two are at least 4 away from 0.
    assert p_value(np.array([3.0, 1.0]), np.zeros(2)) == pytest.approx(1 / 2, abs=0.02)


def test_ndcg_is_given_by_question_in_the_order_of_the_judgements() -> None:
    judgements = {"q1": {"d1": 1}, "q2": {"d1": 1, "d2": 0}, "q3": {"d9": 1}}
    run = {"q2": ["d2", "d1"], "q1": ["d1", "d2"], "q3": []}
    np.testing.assert_allclose(ndcg(run, judgements), [1.0, 1 / np.log2(3), 0.0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(name: str, lines: list[str]) -> None:
        (tmp_path / "semeval-comments" / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    (tmp_path / "semeval-comments").mkdir()
    documents = [("d1", "Lenses", "Ground in Solms."), ("d2", "", "Bread is baked."), ("d3", "Lens", "A lens.")]
    write("corpus.jsonl", [json.dumps({"_id": i, "title": title, "text": text}) for i, title, text in documents])
    write("queries.jsonl", [json.dumps({"_id": q, "text": f"{q} lenses ground in solms"}) for q in ("q1", "q2")])
    write("qrels.tsv", ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t1", "q2\td2\t1"])
    return tmp_path


def test_if_only_candidates_are_judged_only_the_good_ones_are_relevant(folder: Path) -> None:
    task = RetrievalTask.read(folder / "semeval-comments")
    assert task.judgements == {"q1": {"d1": 1, "d2": 0}}  # nothing answers q2
    assert task.questions == {"q1": "q1 lenses ground in solms"}
    assert task.documents == {"d1": "Lenses. Ground in Solms.", "d2": "Bread is baked.", "d3": "Lens. A lens."}
    assert task.counted("q1", ["d3", "d2", "d1"]) == ["d2", "d1"]


def test_dense_and_bm25_peers_find_the_right_documents(encoder: FakeEncoder) -> None:
    texts = ["lenses are ground", "a lens and bread", "bread"]
    collection = Collection(["d1", "d2", "d3"], texts, encoder.encode(texts))
    (vector,) = encoder.encode(["bread"])
    assert Dense(collection).search("bread", vector, 2) == ["d3", "d2"]
    assert Bm25(collection).search("LENSES: ground", vector, 3) == ["d1"]
    assert Bm25(collection).search("grounds", vector, 3) == []
    assert StemmedBm25(collection).search("grounds", vector, 3) == ["d1"]


def results() -> QualityReport:
    scores = {"Verbatim": 0.9, "dense": 0.8, "BM25 (tantivy)": 0.5, "BM25 (bm25s)": 0.6, "txtai hybrid": 0.85}
    chances = {"dense": 0.001, "BM25 (tantivy)": 0.2, "BM25 (bm25s)": 0.002, "txtai hybrid": 0.03}
    one = SetResult("0" * 64, 1_234, 56, scores, chances)
    two = SetResult("1" * 64, 7, 8, {"Verbatim": 0.5, "dense": 0.6}, {"dense": 0.4})
    return QualityReport(
        "python -m …", "model", "f" * 64, {"faiss-cpu": "1"}, {"LlamaIndex": "pip …"}, {"a": one, "b": two}
    )


def test_the_table_compares_with_the_best_bm25_and_says_where_we_are_behind(tmp_path: Path) -> None:
    results().write(tmp_path / "results")
    lines = (tmp_path / "results" / "quality.md").read_text(encoding="utf-8").splitlines()
    assert "| `a` | 0.800 | 0.600 | 0.850 | **0.900** | +0.050 | 0.0010 | 0.0020 | 0.0300 |" in lines
    assert "| `b` | 0.600 | – | – | **0.500** | -0.100 | 0.4000 | – | – |" in lines
    assert any(line.startswith("Level with or ahead of all three on 1 of 2 sets") for line in lines)
    assert "| BM25 (tantivy) | 0.500 | – |" in lines
    assert "| `a` | 1,234 | 56 | `0000000000000000` |" in lines
    assert "LlamaIndex was not run; install it with `pip …`" in lines


def test_the_json_holds_every_figure(tmp_path: Path) -> None:
    results().write(tmp_path)
    written = json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))
    assert written["sets"]["a"]["ndcg_at_10"]["BM25 (bm25s)"] == 0.6
    assert written["sets"]["a"]["p_values"]["txtai hybrid"] == 0.03
    assert (written["sets"]["b"]["data_sha256"], written["command"]) == ("1" * 64, "python -m …")


def test_a_peer_that_is_not_installed_is_named_and_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.options.MiniLMEncoder", FakeEncoder)
    monkeypatch.setattr(Bm25, "packages", ("no-such-package",))
    monkeypatch.setattr("benchmarks.quality.PEERS", (Dense, Bm25))
    arguments = [str(folder), "--set", "semeval-comments", "--cache", str(folder / "c"), "--out", str(folder / "out")]
    assert main(arguments) == 0
    assert "BM25 (tantivy) is not installed and is left out; pip install" in capsys.readouterr().out
    written = json.loads((folder / "out" / "quality.json").read_text(encoding="utf-8"))
    assert written["missing"] == {"BM25 (tantivy)": "pip install -e '.[peers]'"}
    assert written["sets"]["semeval-comments"]["ndcg_at_10"] == {"Verbatim": 1.0, "dense": 1.0}


def test_weights_are_chosen_for_all_sets_and_not_for_one_where_everything_wins() -> None:
    gains: dict[fusion_weights.Constants, dict[str, float]] = {
        (1.0,): {"a": 0.5, "b": -0.5},
        (2.0,): {"a": 0.02, "b": 0.01},
        (3.0,): {"a": 0.0, "b": 0.005},
    }
    assert fusion_weights.choose_constants(gains, ["a", "b"]) == (2.0,)
    assert fusion_weights.choose_constants(gains, ["a"]) == (1.0,)


def test_the_set_of_a_column_does_not_choose_its_weights() -> None:
    gains = {(1.0,): {"a": 0.9, "b": -0.1}, (2.0,): {"a": 0.1, "b": 0.1}, (3.0,): {"a": -0.1, "b": 0.9}}
    table = fusion_weights.markdown_report({("family", constants): on_sets for constants, on_sets in gains.items()})
    # "a" is ranked with what "b" chose, and the other way round.
    assert "| family | -0.100 | -0.100 | -0.100 | -0.100 | 2 |" in table


def test_weights_are_chosen_from_a_folder_of_sets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.options.MiniLMEncoder", FakeEncoder)
    monkeypatch.setattr("benchmarks.quality.PEERS", (Dense,))
    (folder / "other").mkdir()
    for file in (folder / "semeval-comments").iterdir():
        (folder / "other" / file.name).write_bytes(file.read_bytes())
    arguments = [
        str(folder),
        "--set",
        "semeval-comments",
        "--set",
        "other",
        "--cache",
        str(folder),
        "--out",
        str(folder),
    ]
    assert main(arguments) == fusion_weights.main(arguments) == 0
    lines = (folder / "fusion_weights.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("|")]) == 2 + len(fusion_weights.FAMILIES)


def test_the_exponent_of_a_power_is_found() -> None:
    assert exponent([1_000, 10_000, 100_000], [3 * n**0.7 for n in (1_000, 10_000, 100_000)]) == pytest.approx(0.7)


def test_synthetic_passages_are_unique_and_have_the_vectors_of_their_texts(folder: Path, encoder: FakeEncoder) -> None:
    synthetic = SyntheticPassages(RealPassages.read([folder / "semeval-comments"], encoder))
    threads = list(synthetic.threads(0, 45))
    texts = [post.text for thread in threads for post in thread.checked().posts]
    assert len(set(texts)) == 45
    assert [text.split()[0] for text in texts] == [str(number) for number in range(45)]
    np.testing.assert_array_equal(synthetic.encode(texts[7:9]), synthetic.vectors([7, 8]))
    np.testing.assert_allclose(np.linalg.norm(synthetic.vectors(range(45)), axis=1), 1, atol=1e-5)


def test_every_size_is_measured_and_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.options.MiniLMEncoder", FakeEncoder)
    monkeypatch.setattr("benchmarks.scale_report._plot", lambda *_: None)  # matplotlib is one of the peers' packages
    arguments = [
        str(folder),
        "--set",
        "semeval-comments",
        "--size",
        "60",
        "--size",
        "120",
        "--cache",
        str(folder / "c"),
    ]
    assert scale.main([*arguments, "--work", str(folder), "--out", str(folder / "out")]) == 0
    written = json.loads((folder / "out" / "scale.json").read_text(encoding="utf-8"))
    ((kind, report),) = written.items()
    assert [(size["passages"], size["recall"]) for size in report["sizes"]] == [(60, 1.0), (120, 1.0)]
    assert all(size["resident_mb"] > size["empty_mb"] > 0 for size in report["sizes"])
    lines = (folder / "out" / "scale.md").read_text(encoding="utf-8").splitlines()
    assert f"## {kind}" in lines and "| passages | 60 | 120 |" in lines
    # A size measured later joins the others, though there were more texts by then.
    with (folder / "semeval-comments" / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(json.dumps({"_id": "d4", "title": "Glass", "text": "Glass is melted."}))
    assert (
        scale.main(
            [*arguments[:3], "--size", "90", *arguments[-2:], "--work", str(folder), "--out", str(folder / "out")]
        )
        == 0
    )
    lines = (folder / "out" / "scale.md").read_text(encoding="utf-8").splitlines()
    assert "| passages | 60 | 90 | 120 |" in lines and "| mixed from so many real passages | 3 | 4 | 3 |" in lines
    assert not list(folder.glob("verbatim-scale-*"))


def test_every_stage_is_measured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.options.MiniLMEncoder", FakeEncoder)
    arguments = [str(folder), "--set", "semeval-comments", "--cache", str(folder / "c"), "--out", str(folder / "out")]
    assert stages.main(arguments) == 0
    (measured,) = json.loads((folder / "out" / "stages.json").read_text(encoding="utf-8"))["sets"].values()
    assert measured["passages"] == 3
    assert measured.keys() == {"passages", "all", *stages.STAGES}
    assert "| stage | `semeval-comments` |  |" in (folder / "out" / "stages.md").read_text(encoding="utf-8")
