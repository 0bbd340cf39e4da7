"""What a page that is handed on must not tell, even by subtraction, and pages of odd data."""

import json

import numpy as np
import pytest

import corpus
from conftest import run
from report_pages import report


@pytest.fixture(scope="module")
def comparison(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison") / "results"
    run(
        "cmkt-train", "compare", made.features, "--methods", "cm-stew", "--weak", "audio",
        "--strong", "text", "--target", "label", "--seeds", "1-2", "--set", "training.epochs=1",
        "-o", folder)
    return folder


def figures(page, beginning):
    return [
        figure.attributes["id"] for figure in page.all("figure")
        if figure.attributes["id"].startswith(beginning)]


def hostile_features(folder, name, **changes):
    """A features file of a corpus whose arrays are changed."""
    arrays = corpus.dialogue_arrays() | changes
    archive, features = folder / f"{name}.npz", folder / f"{name}.h5"
    np.savez_compressed(archive, **arrays)
    run(
        "cmkt-import", archive, "-o", features, "--licence", f"SECRET of {name}",
        "--redistribution", "restricted")
    return features


def like_sentiment(value):
    """Both splits of a target of one value, as large as those of the corpus."""
    arrays = corpus.dialogue_arrays()
    return {
        f"sentiment_{split}": np.full_like(arrays[f"sentiment_{split}"], value)
        for split in ("train", "test")}


@pytest.mark.parametrize("sharing", ["--share", "--full"])
def test_targets_of_any_size_have_histograms(tmp_path, sharing):
    """Constant and large, and mostly zeros with one value that is beyond any integer."""
    constant, outlier = like_sentiment(1e8), like_sentiment(0)
    outlier["sentiment_train"][0, 0] = 1e25
    for name, arrays in (("constant", constant), ("outlier", outlier)):
        features = hostile_features(tmp_path, name, **arrays)
        page = report(tmp_path, features, sharing).page
        label = "data-a" if sharing == "--share" else name
        rows = [r for r in page.numbers(f"target-{label}-sentiment") if r["series"] == "test"]
        if sharing == "--full":
            assert sum(float(row["value"]) for row in rows) == pytest.approx(100)
        elif name == "outlier":
            assert "Beyond the axis in train" in page.source


def test_a_withheld_cell_does_not_come_back(tmp_path):
    """What is missing from 100 % is never one small cell."""
    arrays = corpus.dialogue_arrays()
    for few in (1, 3):
        sentiment = {
            f"sentiment_{split}": np.ones_like(arrays[f"sentiment_{split}"])
            for split in ("train", "test")}
        sentiment["sentiment_train"][:4, 0] = -2
        sentiment["sentiment_train"][:few, 1] = 2
        sentiment["sentiment_train"][4:12, 0] = -1
        features = hostile_features(tmp_path, f"few{few}", **sentiment)
        page = report(tmp_path, features, "--share").page
        total = int(arrays["length_train"].sum())
        rows = [r for r in page.numbers("target-data-a-sent") if r["series"] == "train"]
        shown = [float(row["value"]) for row in rows if row["value"]]
        assert len(shown) < len(rows) and all(
            value == 0 or round(value * total / 100) >= 5 for value in shown)
        missing = round(total - sum(shown) * total / 100)
        assert missing >= 5 + few


def test_few_rows_are_not_described(tmp_path):
    """A split with less than ten labels has no histogram, and its words are withheld."""
    arrays = corpus.dialogue_arrays(recordings=(14, 2))
    arrays["length_test"][:] = 4
    for name in ("sentiment", "label", "interval", "text", "audio"):
        arrays[f"{name}_test"][:, 4:] = 0
    page = report(tmp_path, hostile_features(tmp_path, "short", **arrays)).page
    assert "SECRET" not in page.source and "stated, withheld" in page.source
    for key in ("target-data-a-sentiment", "target-data-a-label"):
        rows = [row for row in page.numbers(key) if row["series"] == "test"]
        assert rows and not [row for row in rows if row["value"]]
    assert not figures(page, "drift-")


def test_small_groups_are_left_out(made, tmp_path):
    """All groups of the corpus have less than ten rows."""
    assert made.arrays["length_test"].max() < 10
    words = (made.model("unimodal"), made.features)
    assert figures(report(tmp_path, *words, "--full").page, "groups-")
    assert not figures(report(tmp_path, *words, "--share").page, "groups-")


def test_results_alone_are_not_free(comparison, tmp_path):
    document = json.loads((comparison / "results.json").read_text())
    document["notes"] = ["SECRET words"]
    (tmp_path / "results.json").write_text(json.dumps(document))
    kept = report(tmp_path, tmp_path)
    assert "aggregates only" in kept.errors and "SECRET" not in kept.page.source
    document["redistribution"] = "allowed"
    (tmp_path / "results.json").write_text(json.dumps(document))
    free = report(tmp_path, tmp_path)
    assert "aggregates" not in free.errors and "SECRET words" in free.page.source


def test_models_of_two_data_sets_share_a_page(made, tmp_path):
    archive, features, model = (tmp_path / name for name in ("b.npz", "b.h5", "m.h5"))
    np.savez_compressed(
        archive, **corpus.without_modality(corpus.dialogue_arrays(seed=8), "audio"))
    run("cmkt-import", archive, "-o", features)
    run(
        "cmkt-train", "fit", features, "-o", model, "--method", "unimodal", "--weak", "text",
        "--target", "label", "--set", "training.epochs=1")
    page = report(tmp_path, made.model("unimodal"), model, features).page
    assert "no features file that was given fits it" in page.source
    assert figures(page, "confusion-model-b")
    run("cmkt-inspect", "report", made.model("unimodal"), features, "-o", tmp_path / "none.html",
        code=65)
