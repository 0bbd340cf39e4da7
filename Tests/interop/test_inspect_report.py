"""The page of `cmkt-inspect report`: its form, its numbers, what it withholds, how it looks."""

import json
import re
from types import SimpleNamespace
from urllib.parse import unquote
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest

import browser
import corpus
from conftest import Corpus, read_predictions, run
from report_pages import KNOWN, report


@pytest.fixture(scope="module")
def full(made, tmp_path_factory):
    return report(
        tmp_path_factory.mktemp("full"), made.model("cm-stew"), made.model("unimodal"),
        made.features, "--full")


@pytest.fixture(scope="module")
def shared(made, tmp_path_factory):
    return report(
        tmp_path_factory.mktemp("shared"), made.model("cm-stew"), made.model("unimodal"),
        made.features)


@pytest.fixture(scope="module")
def recola(tmp_path_factory):
    """A continuous target on frames with post-processing, and data that may be handed on."""
    folder = tmp_path_factory.mktemp("recola")
    features, model = folder / "recola.h5", folder / "video.h5"
    run("cmkt-import", "synthetic:recola?frames=500&train=3&valid=3&test=4", "-o", features)
    run(
        "cmkt-train", "fit", features, "-o", model, "--method", "cm-stew", "--weak", "video",
        "--strong", "audio", "--target", "arousal,valence", "--set", "postprocessing.fit=true",
        "--set", "training.epochs=3")
    return SimpleNamespace(
        features=features, model=model, report=report(folder, features, model))


@pytest.fixture(scope="module")
def comparison(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    run(
        "cmkt-train", "compare", made.features, "--methods", "cm-stew,shuffled-pairing", "--weak",
        "audio", "--strong", "text", "--target", "label", "--seeds", "1-3", "--set",
        "training.epochs=2", "-o", folder / "results")
    return SimpleNamespace(
        folder=folder / "results", report=report(folder, folder / "results"))


@pytest.fixture(params=["full", "shared", "recola", "comparison"])
def any_page(request):
    found = request.getfixturevalue(request.param)
    return getattr(found, "report", found)


def test_a_page_is_whole_and_needs_nothing(any_page):
    page = any_page.page
    assert {element.name for element in page.all()} <= KNOWN
    html = page.all("html")[0]
    assert html.attributes["lang"] == "en"
    identifiers = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert len(identifiers) == len(set(identifiers))
    for element in page.all():
        assert "src" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]
        address = element.attributes.get("href", "#content")
        if address.startswith("#"):
            assert address[1:] in identifiers
        else:
            assert address.startswith("data:")
        for label in element.attributes.get("aria-labelledby", "").split():
            assert label in identifiers
    assert not re.search(r"url\(|@import|https?:(?!//www\.w3\.org/)", page.source)
    policy = next(
        e.attributes["content"] for e in page.all("meta")
        if e.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_a_page_can_be_read_without_being_seen(any_page):
    page = any_page.page
    levels = [int(e.name[1]) for e in page.all() if re.fullmatch("h[1-6]", e.name)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    for name in ("header", "nav", "main", "footer"):
        assert len(page.all(name)) == 1
    figures = page.all("figure")
    assert figures
    for figure in figures:
        assert next(figure.all("figcaption")).text.strip()
        (svg,) = figure.all("svg")
        assert svg.attributes["role"] == "img"
        title, description = next(svg.all("title")), next(svg.all("desc"))
        assert title.text and description.text
        assert svg.attributes["aria-labelledby"].split() == [
            title.attributes["id"], description.attributes["id"]]
        axes = {
            e.attributes["data-axis"]: e.text for e in svg.all("text")
            if "data-axis" in e.attributes}
        if svg.attributes.get("data-axes") != "none":
            assert {"x", "y"} <= set(axes) <= {"x", "y", "colour"}, figure.attributes["id"]
            bars = [e for e in svg.all("path") if e.attributes.get("shape-rendering")]
            assert ("colour" in axes) >= bool(bars), figure.attributes["id"]
            # A name, and a unit or a word for what stands there.
            for words in axes.values():
                assert re.fullmatch(r".+ (/ \S.*|\((no unit|number|name)\))", words), words
    for table in page.all("table"):
        assert next(table.all("caption")).text
        assert all("scope" in head.attributes for head in table.all("th"))
        region = table.parent
        assert region.attributes["role"] == "region" and region.attributes["tabindex"] == "0"
    for region in page.all("div"):
        if "scroll" in region.attributes.get("class", "").split():
            assert region.attributes["tabindex"] == "0" and region.attributes["role"] == "region"
            assert region.attributes["aria-labelledby"]


def test_equal_files_give_equal_pages(made, full, tmp_path):
    for threads in (1, 2):
        again = report(
            tmp_path, made.model("cm-stew"), made.model("unimodal"), made.features, "--full",
            "--threads", threads)
        assert again.page.source == full.page.source
    assert str(tmp_path) not in full.page.source


def test_curves_are_those_of_the_model(made, tmp_path):
    page = report(tmp_path, made.model("cm-stew"), "--full").page
    with h5py.File(made.model("cm-stew")) as file:
        history = file["training/history"]
        for part, name in (("train", "training"), ("valid", "validation")):
            values = history[f"step2/{part}/translation"][()]
            found = [
                row for row in page.numbers("curve-cm-stew-step2-translation")
                if row["series"] == name]
            assert [int(float(row["epoch"])) for row in found] == list(range(1, len(values) + 1))
            np.testing.assert_array_equal([float(r["translation"]) for r in found], values)


def gold(made, target):
    """Gold values on test by sequence id."""
    lengths, ids = made.arrays["length_test"], made.arrays["id_test"]
    return {
        str(name): made.arrays[f"{target}_test"][place, :lengths[place]].astype(float)
        for place, name in enumerate(ids)}


def test_a_reliability_curve_is_that_of_numpy(made, full):
    predictions, truth = made.predictions("cm-stew"), gold(made, "label")
    names = [str(name) for name in made.arrays["id_test"]]
    probability = np.concatenate([predictions[name] for name in names])
    label = np.concatenate([truth[name] for name in names])
    owner = np.concatenate([np.full(len(truth[name]), k) for k, name in enumerate(names)])
    order = np.argsort(probability, kind="stable")
    parts = min(10, len(order) // 5)
    rows = [
        row for row in full.page.numbers("calibration-cm-stew-label")
        if row["series"] == "tenths of the rows"]
    assert len(rows) == parts
    for part, row in enumerate(rows):
        members = order[part * len(order) // parts:(part + 1) * len(order) // parts]
        mean = label[members].mean()
        deviations = label[members] - mean
        sums = np.array([deviations[owner[members] == k].sum() for k in set(owner[members])])
        error = np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()) / len(members)
        values = [value for key, value in row.items() if key != "series"]
        np.testing.assert_allclose(
            [float(value) for value in values],
            [probability[members].mean(), mean, mean - 2 * error, mean + 2 * error], atol=1e-6)


def test_groups_are_those_of_evaluate(made, full):
    document = json.loads(run(
        "cmkt-train", "evaluate", made.model("cm-stew"), made.features, "--split", "test",
        "--by-group", "--json").stdout)
    wanted = sorted(
        (group["scores"][0]["metrics"]["accuracy (has-zero)"]["value"]
         for group in document["groups"][0]["groups"]), reverse=True)
    rows = [row for row in full.page.numbers("groups-label") if row["column"] == "cm-stew"]
    assert rows[0]["low"] == str(document["intervals"][0]["lower"])
    np.testing.assert_allclose([float(row["value"]) for row in rows[1:]], wanted)


def test_a_confusion_matrix_is_that_of_numpy(made, full):
    predictions, truth = made.predictions("unimodal"), gold(made, "label")
    counts = np.zeros((2, 2))
    for name, values in truth.items():
        for true, guess in zip(values, predictions[name] >= 0.5):
            counts[int(true), int(guess)] += 1
    shares = 100 * counts / counts.sum(axis=1, keepdims=True)
    rows = full.page.numbers("confusion-unimodal-label")
    np.testing.assert_allclose([float(row["value"]) for row in rows], shares.ravel())


def test_histograms_and_drift_are_those_of_numpy(made, full):
    train, test = (
        np.concatenate([
            values[:length] for values, length in
            zip(made.arrays[f"audio_{split}"], made.arrays[f"length_{split}"])]).astype(float)
        for split in ("train", "test"))
    distances = np.abs(test.mean(axis=0) - train.mean(axis=0)) / train.std(axis=0)
    rows = full.page.numbers("drift-features-audio")
    np.testing.assert_allclose(
        [float(row["distance-of-means"]) for row in rows], np.sort(distances)[::-1], rtol=1e-6)
    sentiment = np.concatenate(list(gold(made, "sentiment").values()))
    rows = [r for r in full.page.numbers("target-features-sentiment") if r["series"] == "test"]
    edges = [float(row["from"]) for row in rows] + [float(rows[-1]["to"])]
    counts, _ = np.histogram(sentiment, bins=edges)
    np.testing.assert_allclose(
        [float(row["value"]) for row in rows], 100 * counts / len(sentiment), atol=1e-9)


def test_a_track_is_the_prediction_over_time(recola):
    page = recola.report.page
    predictions = run(
        "cmkt-train", "evaluate", recola.model, recola.features, "--split", "test",
        "--predictions", recola.model.with_suffix(".csv"))
    assert predictions.returncode == 0
    final = read_predictions(recola.model.with_suffix(".csv"), "arousal")
    figures = [
        f.attributes["id"] for f in page.all("figure")
        if f.attributes["id"].startswith("track-video-arousal")]
    assert len(figures) == 3
    for figure in figures:
        sequence = next(page.figure(figure).all("strong")).text.split("sequence ")[1]
        rows = [r for r in page.numbers(figure) if r["series"] == "after all steps"]
        values = final[sequence]
        count = len(rows)
        means = [
            values[k * len(values) // count:(k + 1) * len(values) // count].mean()
            for k in range(count)]
        np.testing.assert_allclose([float(row["arousal"]) for row in rows], means, atol=1e-5)


@pytest.fixture(scope="module")
def latents(recola):
    """The weak latents of the test split, standing recording by recording."""
    path = recola.model.with_suffix(".npz")
    run("cmkt-export", recola.model, recola.features, "--as", "latents", "-o", path, "--split",
        "test", "--force")
    with np.load(path) as file:
        return file["latent"].astype(float), file["latent/offset"], list(file["recording"])


def test_components_and_courses_are_those_of_numpy(recola, latents):
    values, offsets, names = latents
    centred = values - values.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    scores = centred @ directions[:2].T
    rows = recola.report.page.numbers("components-video-audio-weak")
    found = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    places = [int(k * len(values) / len(found)) for k in range(len(found))]
    signs = np.sign((found * scores[places]).sum(axis=0))
    np.testing.assert_allclose(found, scores[places] * signs, atol=1e-4)
    course = recola.report.page.figure("course-video-audio-weak")
    place = names.index(next(course.all("strong")).text.split("over time, ")[1])
    standard = (centred / values.std(axis=0, ddof=1))[offsets[place]:offsets[place + 1]]
    bins = np.array_split(standard, 100)
    found = [float(r["value"]) for r in recola.report.page.numbers("course-video-audio-weak")]
    np.testing.assert_allclose(
        np.reshape(found, (values.shape[1], 100)), np.array([b.mean(axis=0) for b in bins]).T,
        atol=1e-4)


def test_latents_are_told_by_their_agreement(recola, full, shared):
    for page in (recola.report.page, full.page, shared.page):
        keys = [f.attributes["id"] for f in page.all("figure")]
        spectra = [key for key in keys if re.match("spectrum-.*-within", key)]
        assert spectra
        for kind in ("cross-", "ridge-", "structure-", "lags-"):
            assert [key for key in keys if key.startswith(kind)], kind
        rows = page.numbers(spectra[0])
        held = [float(row["value"]) for row in rows if row["series"] == "held out"]
        inside = [float(row["value"]) for row in rows if row["series"] == "in-sample"]
        assert len(held) == len(inside) and all(-1 <= value <= 1 for value in held + inside)
        assert inside == sorted(inside, reverse=True)
    single = ("pair-", "components-", "neighbours-", "course-")
    assert not [f for f in shared.page.all("figure") if f.attributes["id"].startswith(single)]
    for kind in single:
        assert [f for f in full.page.all("figure") if f.attributes["id"].startswith(kind)], kind


def test_training_is_shown_beside_the_truth(recola):
    rows = recola.report.page.numbers("progress-video-audio")
    with h5py.File(recola.features) as file:
        words = np.ravel(file["modalities/latent_truth"].attrs["extractor"])[0].decode()
    truth = re.search("audio-video ([0-9. ]+)", words)[1].split()
    found = [float(r["value"]) for r in rows if r["series"] == "truth of the source"]
    assert found == [float(word) for word in truth]
    before, after = (
        [float(r["value"]) for r in rows if r["series"] == f"{name} training"]
        for name in ("before", "after"))
    assert len(before) == len(after) > len(truth) and before != after


def test_features_behind_variates_are_those_of_numpy(recola, latents):
    values, offsets, names = latents
    with h5py.File(recola.model) as model:
        variates = values @ model["alignment/audio/weak_directions"][()]
    with h5py.File(recola.features) as file:
        ids = [name.decode() for name in file["sequences/recording"]]
        ends = file["sequences/offset"][()]
        features = np.concatenate([
            file["modalities/video/values"][ends[ids.index(n)]:ends[ids.index(n) + 1]]
            for n in names]).astype(float)
        feature_names = [name.decode() for name in file["modalities/video/feature_names"]]
    assert len(features) == offsets[-1]
    rows = recola.report.page.numbers("structure-video-audio-weak")
    assert len(rows) == 15
    for place, row in enumerate(rows):
        component = int(row["of" if "of" in row else "heading"].split()[-1]) - 1
        assert component == place // 5
        truth = [np.corrcoef(column, variates[:, component])[0, 1] for column in features.T]
        found = feature_names.index(row["name"])
        np.testing.assert_allclose(float(row["value"]), truth[found], atol=1e-4)
        rank = np.argsort(-np.abs(truth))[place % 5]
        np.testing.assert_allclose(abs(truth[rank]), abs(truth[found]), atol=1e-4)


def test_bands_and_ridges_are_those_of_correlate(recola):
    page = recola.report.page
    with h5py.File(recola.model) as model:
        ridge = float(np.ravel(model["alignment/audio"].attrs["ridge"])[0])
    document = json.loads(run(
        "cmkt-inspect", "correlate", recola.model, recola.features, "--split", "test", "--ridge",
        ridge, "--permutations", 199, "--bootstrap", 0, "--json").stdout)
    spectrum = page.numbers("spectrum-video-audio-within")
    wanted = [row for row in document["held_out_within"] if row["component"] != "mean"]
    tested = 0
    for null in ("synchrony", "correspondence"):
        band = [row for row in spectrum if f"({null})" in row["series"]]
        rows = [row for row in wanted if row[f"{null}_null_95"] is not None]
        assert len(band) == len(rows)
        for found, row in zip(band, rows):
            assert float(found["low"]) == row[f"{null}_null_median"]
            assert float(found["high"]) == row[f"{null}_null_95"]
            tested += 1
    assert tested
    path = page.numbers("ridge-video-audio")
    assert {row["series"] for row in path} == {
        "held out, first", "held out, mean", "in-sample, first", "in-sample, mean"}
    for row in path:
        (line,) = [x for x in document["ridge_path"] if x["ridge"] == float(row["ridge"])]
        key = row["series"].replace(", ", "_").replace(" ", "_").replace("-", "_")
        assert float(row["correlation"]) == line[key]


def test_correlation_over_time_stands_in_windows(recola, tmp_path):
    """The course of each recording, or of all together where pages are handed on."""
    rows = recola.report.page.numbers("windows-video-audio")
    names = {row["recording"] for row in rows}
    assert names == {f"test_{k}" for k in range(1, 5)} or len(names) == 4
    values = [float(row["value"]) for row in rows if row["value"]]
    assert values and max(map(abs, values)) <= 1
    page = report(tmp_path, recola.model, recola.features, "--share").page
    keys = [figure.attributes["id"] for figure in page.all("figure")]
    # Four recordings are too few for an aggregate.
    assert not [key for key in keys if key.startswith("windows-")]
    counts = [row["value"] for row in page.numbers("density-") if row["value"]]
    assert counts and min(map(float, counts)) >= 5
    assert {row["name"].split()[0] for row in page.numbers("structure-model-a-audio-weak")} == {
        "feature"}


def test_a_forest_is_that_of_the_comparison(comparison):
    document = json.loads((comparison.folder / "results.json").read_text())
    (key,) = [
        f.attributes["id"] for f in comparison.report.page.all("figure")
        if f.attributes["id"].startswith("gain-")]
    rows = comparison.report.page.numbers(key)
    wanted = [row for row in document["rows"] if row["gain"]]
    assert [row["name"] for row in rows] == [row["method"] for row in wanted]
    for row, other in zip(rows, wanted):
        assert float(row["mean"]) == other["gain"]["mean"]
        assert [float(row["low"]), float(row["high"])] == other["gain"]["interval"]


def test_what_may_not_be_handed_on_is_withheld(made, shared, full):
    names = {str(name) for part in ("train", "test") for name in made.arrays[f"id_{part}"]}
    texts = [shared.page.source]
    for link in shared.page.all("a"):
        texts.append(unquote(link.attributes["href"]))
    for text in texts:
        assert not [name for name in names if name in text]
        assert "cm-stew.h5" not in text and "made.npz" not in text
        assert made.archive.stem + " " not in text
    assert "What was withheld" in shared.page.source
    ids = [f.attributes["id"] for f in shared.page.all("figure")]
    assert not [key for key in ids if key.startswith(("track", "scatter"))]
    lengths = made.arrays["length_test"].sum()
    for row in shared.page.numbers("target-data-a-sentiment"):
        if row["series"] == "test" and row["value"]:
            count = float(row["value"]) * lengths / 100
            assert round(count) == 0 or round(count) >= 5
    assert "warning" not in shared.errors and "aggregates only" in shared.errors
    assert [name for name in names if name in full.page.source]
    assert "warning" in full.errors and "do not hand it on" in full.page.source


def test_data_that_may_be_handed_on_are_shown(recola, tmp_path):
    assert "aggregates" not in recola.report.errors
    assert "test_1" in recola.report.page.source
    page = report(tmp_path, recola.model, recola.features, "--share").page
    assert not re.search("test_[0-9]", page.source) and "synthetic" not in page.source


def test_names_cannot_make_markup(tmp_path):
    arrays = corpus.dialogue_arrays()
    names = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a\u202egnp.b&amp;"]
    arrays["id_test"] = np.array(names + [str(name) for name in arrays["id_test"][3:]])
    archive = tmp_path / "<b>&made.npz"
    np.savez_compressed(archive, **arrays)
    hostile = Corpus(tmp_path, archive, epochs=1)
    page = report(tmp_path, hostile.model("unimodal"), hostile.features, "--full").page
    assert {element.name for element in page.all()} <= KNOWN
    assert "\u202e" not in page.source
    folder = tmp_path / "pictures"
    report(tmp_path, hostile.model("unimodal"), hostile.features, "--full", "--pictures", folder)
    for path in folder.glob("*.svg"):
        ElementTree.parse(path)


def test_refusals(made, tmp_path):
    page = tmp_path / "page.html"
    words = ("report", made.features, "-o", page)
    run("cmkt-inspect", *words, "--share", "--full", code=64)
    run("cmkt-inspect", "report", tmp_path / "missing.h5", "-o", page, code=66)
    run("cmkt-inspect", "report", tmp_path, "-o", page, code=65)
    (tmp_path / "results.json").write_text("{\"rows\": 1}")
    assert "compare" in run("cmkt-inspect", "report", tmp_path, "-o", page, code=65).stderr
    run("cmkt-inspect", "report", made.archive, "-o", page, code=65)
    assert not page.exists()
    page.write_text("mine")
    run("cmkt-inspect", *words, code=73)
    assert page.read_text() == "mine"
    run("cmkt-inspect", "report", made.model("unimodal"), made.features, "--split", "valid", "-o",
        page, "--force", "--quiet")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    if browser.PROGRAM is None:
        pytest.skip("NO CHROMIUM: how pages look was not tested")
    with browser.Browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("width, dark, medium", [
    (1280, False, "screen"), (1280, True, "screen"), (390, False, "screen"), (390, True, "screen"),
    (720, False, "print")])
def test_nothing_overlaps_in_a_browser(chromium, any_page, width, dark, medium):
    layout = chromium.open(any_page.path, width, dark, medium)
    assert chromium.complaints == []
    assert layout["content"] <= width
    assert layout["broken"] == []
    assert len(layout["pictures"]) == len(any_page.page.all("figure"))
    for picture in layout["pictures"]:
        assert browser.overlaps(picture) == [], picture["name"]
        if medium == "screen":
            assert picture["scale"] * picture["size"] >= 10.9, picture["name"]
    colours = [
        [int(part) for part in re.findall(r"\d+", layout[name])[:3]]
        for name in ("background", "ink")]
    assert (sum(colours[0]) < sum(colours[1])) == (dark and medium == "screen")


def test_the_checker_of_layouts_finds_what_is_wrong(chromium, tmp_path):
    """A page with texts upon each other, too wide, and with a request."""
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><body style='margin:0'><div style='width:3000px'>x</div><svg width=300 "
        "height=100 viewBox='0 0 300 100'><text x=10 y=20>first</text><text x=15 y=22>second"
        "</text></svg><table style='width:1px'><tr><td style='overflow-wrap:anywhere'>broken"
        "</table><img src='missing.png'>")
    layout = chromium.open(path)
    assert layout["content"] > 1280
    assert layout["broken"] == ["broken"]
    assert browser.overlaps(layout["pictures"][0]) == [("first", "second")]
    assert [words for words in chromium.complaints if "missing.png" in words]
