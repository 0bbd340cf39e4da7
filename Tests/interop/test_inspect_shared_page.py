"""What a page that is handed on must not tell, even by subtraction, and pages of odd data."""

import json

import numpy as np
import pytest

import corpus
from conftest import read_predictions, run
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


def scores_of(page):
    """The shown scores of the only model, by target and metric."""
    table = next(t for t in page.all("table") if next(t.all("caption")).text == "metrics")
    scores = {}
    for row in list(table.all("tr"))[1:]:
        # The columns of targets stand there only where they have names.
        target, *_, metric, value, _ = [cell.text for cell in row.children]
        if value != "–":
            scores[target, metric] = float(value.replace("−", "-"))
    return scores


def count_scores(counts):
    """Accuracy, weighted and positive F1, and the mean recall of a 2 × 2 matrix `[gold][guess]`."""
    counts = np.asarray(counts, float)
    total, gold, guessed = counts.sum(), counts.sum(1), counts.sum(0)
    f1 = 2 * np.diag(counts) / np.maximum(gold + guessed, 1)
    return {
        "accuracy": np.trace(counts) / total, "weighted F1": (f1 * gold).sum() / total,
        "positive F1": f1[1], "uar": np.mean([counts[k, k] / gold[k] for k in (0, 1)])}


def solutions(totals, cells, scores):
    """Every matrix of gold classes of `totals` rows that has the known cells and the scores."""
    for first in range(totals[0] + 1):
        for second in range(totals[1] + 1):
            matrix = [[totals[0] - first, first], [totals[1] - second, second]]
            known = all(matrix[row][column] == cells[row, column] for row, column in cells)
            found = count_scores(matrix)
            if known and all(abs(found[name] - scores[name]) < 6e-5 for name in scores):
                yield matrix


def test_scores_are_no_equations_for_withheld_cells(tmp_path):
    """A class of which few rows are wrong: no score tells how many."""
    arrays = corpus.dialogue_arrays(recordings=(30, 16), audio_noise=0.1)
    features = hostile_features(tmp_path, "equations", **arrays)
    model = tmp_path / "model.h5"
    run(
        "cmkt-train", "fit", features, "-o", model, "--method", "unimodal", "--weak", "audio",
        "--target", "label", "--seed", 1, "--set", "training.epochs=20")
    run(
        "cmkt-train", "evaluate", model, features, "--split", "test", "--predictions",
        tmp_path / "predictions.csv")
    predictions = read_predictions(tmp_path / "predictions.csv", "label")
    truth = np.zeros((2, 2), int)
    for place, name in enumerate(arrays["id_test"]):
        length = arrays["length_test"][place]
        for gold, guess in zip(arrays["label_test"][place, :length], predictions[name]):
            truth[gold, int(guess >= 0.5)] += 1
    small = [(row, column) for row, column in np.ndindex(2, 2) if 1 <= truth[row, column] < 5]
    assert small and truth.sum(1).min() >= 10
    totals = truth.sum(1)
    page = report(tmp_path, model, features, "--share").page
    shown = {}
    for line in page.numbers("confusion-model-a-label"):
        gold, guess, share = line.values()
        if share:
            shown[int(gold), int(guess)] = round(float(share) * totals[int(gold)] / 100)
    assert not set(small) & set(shown)
    # With the scores that a page that is not shared has, the cells follow.
    own = scores_of(report(tmp_path, model, features, "--full").page)
    own = {name.split(" (")[0]: value for (_, name), value in own.items() if "non-zero" not in name}
    assert own["accuracy"] == pytest.approx(np.trace(truth) / truth.sum(), abs=6e-5)
    own.pop("roc auc")
    assert list(solutions(totals, shown, own)) == [truth.tolist()]
    scores = scores_of(page)
    assert set(scores) <= {("label", "roc auc (has-zero)")}
    found = list(solutions(totals, shown, {}))
    for row, column in small:
        assert len({matrix[row][column] for matrix in found}) >= 5
    assert "Withheld, as counts of fewer than 5 rows" in page.source
    assert "they could be solved for" in page.source
    assert not figures(page, "groups-label")


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
    assert document["redistribution"] == "unknown"
    document["notes"] = ["SECRET words"]
    (tmp_path / "results.json").write_text(json.dumps(document))
    kept = report(tmp_path, tmp_path)
    assert "aggregates only" in kept.errors and "SECRET" not in kept.page.source
    document["redistribution"] = "allowed"
    (tmp_path / "results.json").write_text(json.dumps(document))
    free = report(tmp_path, tmp_path)
    assert "aggregates" not in free.errors and "SECRET words" in free.page.source


def test_results_are_as_free_as_their_data(made, tmp_path):
    """A folder of free data makes a free page; one restricted file is enough for another."""
    files = []
    for number, words in enumerate(("allowed", "restricted")):
        archive, path = tmp_path / f"{words}.npz", tmp_path / f"{words}.h5"
        np.savez_compressed(archive, **corpus.dialogue_arrays(seed=20 + number))
        run("cmkt-import", archive, "-o", path, "--redistribution", words)
        files.append(path)
    for data, expected in ((files[:1], "allowed"), (files, "restricted")):
        folder = tmp_path / f"results-{expected}"
        run(
            "cmkt-train", "compare", *data, "--methods", "unimodal", "--weak", "audio", "--target",
            "label", "--seeds", "1", "--set", "training.epochs=1", "-o", folder)
        document = json.loads((folder / "results.json").read_text())
        assert document["redistribution"] == expected
        assert ("aggregates only" in report(tmp_path, folder).errors) == (expected != "allowed")


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
