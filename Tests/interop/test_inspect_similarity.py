"""Measures of similarity in cmkt-inspect correlate, computed again from their definitions."""

import json

import h5py
import numpy as np
import pytest

import headroom
import lag_reference
import similarity_reference as reference
from conftest import run
from courses import COURSES, Course

FOLDS = 2
QUICK = ["--permutations", 0, "--bootstrap", 0]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Two standardised modalities of the test split, and what the tool says of them."""
    path = tmp_path_factory.mktemp("similarity") / "features.h5"
    source = "synthetic:recola?train=4&valid=1&test=4&unlabelled=0&frames=230"
    run("cmkt-import", source, "--seed", 5, "-o", path)
    test = [s for s in headroom.read(path, "video", "audio", "arousal", 0) if s["split"] == "test"]
    # Few columns, so that four recordings give directions that hold.
    first = np.vstack([s["sides"][0] for s in test])[:, :6]
    second = np.vstack([s["sides"][1] for s in test])[:, :4]
    result = run(
        "cmkt-inspect", "correlate", path, "--between", "video[0..5],audio[0..3]", "--ridge", 0,
        "--permutations", 19, "--bootstrap", 19, "--folds", FOLDS, "--max-lag", 1, "--json")
    lengths = [len(s["sides"][0]) for s in test]
    ends = np.cumsum(lengths)
    return {
        "found": json.loads(result.stdout), "first": first, "second": second,
        "recordings": list(zip(ends - lengths, ends)),
        "owners": np.repeat(np.arange(len(test)), lengths),
    }


@pytest.fixture(scope="module")
def variates(case):
    first, second, _ = reference.canonical(case["first"], case["second"])
    return (
        reference.variates(case["first"], first), reference.variates(case["second"], second))


def means(view, recordings):
    return np.array([view[begin:end].mean(0) for begin, end in recordings])


def test_measures_of_whole_views(case):
    first, second, facts = case["first"], case["second"], case["found"]["similarity"]
    directions = reference.canonical(first, second)
    close = lambda key, value: np.testing.assert_allclose(
        facts[key], value, atol=1e-6, err_msg=key)
    correlations, kept = reference.svcca(first, second)
    close("svcca", correlations.mean())
    assert [facts["svcca_first_components"], facts["svcca_second_components"]] == kept
    weighted = reference.pwcca(first, second, *directions[:2])
    close("pwcca_first", weighted[0])
    close("pwcca_second", weighted[1])
    biased, debiased = reference.linear_cka(first, second)
    close("cka", biased)
    close("cka_debiased", debiased)
    gap = facts["decorrelation_rows"]
    apart = np.concatenate([np.arange(*pair, gap) for pair in case["recordings"]])
    for key, rows in (
        ("cka_spaced", (first[apart], second[apart])),
        ("cka_recordings", [means(view, case["recordings"]) for view in (first, second)]),
    ):
        biased, debiased = reference.linear_cka(*rows)
        close(key, biased)
        if debiased is None:
            assert facts[f"{key}_debiased"] is None
        else:
            close(f"{key}_debiased", debiased)
    similarity, distance, angle = reference.procrustes(first, second)
    close("procrustes_similarity", similarity)
    close("procrustes_distance", distance)
    close("procrustes_angle_radians", angle)
    shares = reference.redundancy(first, second, *directions[:2])
    close("redundancy_first", shares[0].sum())
    close("redundancy_second", shares[1].sum())
    # All components of the narrower view are there, so its total is that of a regression.
    close("redundancy_second", reference.regression_r2(second, first))
    for place, line in enumerate(case["found"]["redundancy"]):
        found = [line[key] for key in ("correlation", "first_redundancy", "second_redundancy")]
        expected = [directions[2][place], shares[0][place], shares[1][place]]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_dissimilarities_of_rows(case):
    gap = case["found"]["similarity"]["decorrelation_rows"]
    expected = reference.dissimilarities(
        case["first"], case["second"], case["owners"], np.arange(len(case["first"])), gap)
    lines = case["found"]["representational_similarity"]
    assert len(lines) == len(expected) == 4
    for line in lines:
        count, spearman, pearson = expected[line["distance"], line["pairs"]]
        assert line["pair_count"] == count
        np.testing.assert_allclose(
            [line["spearman"], line["pearson"]], [spearman, pearson], atol=1e-6)


def check_retrieval(lines, direction, expected):
    lines = [line for line in lines if line["direction"] == direction]
    assert {line["pool"] for line in lines} == set(expected)
    for line in lines:
        want = expected[line["pool"]]
        assert line["query_count"] == want["queries"]
        found = [line["mean_pool_count"], line["median_rank"], line["mean_reciprocal_rank"]]
        found += [line["mean_reciprocal_rank_chance"]]
        found += [line[f"at_{depth}"] for depth in (1, 5, 10)]
        found += [line[f"at_{depth}_chance"] for depth in (1, 5, 10)]
        values = [want["pool"], want["median_rank"], want["reciprocal"], want["chance_reciprocal"]]
        np.testing.assert_allclose(found, values + want["shares"] + want["chances"], atol=1e-6)


@pytest.mark.parametrize("direction", ["first_to_second", "second_to_first"])
def test_retrieval_of_partners(case, variates, direction):
    gap = case["found"]["similarity"]["decorrelation_rows"]
    lines = case["found"]["retrieval"]
    assert {line["space"] for line in lines} == {"canonical_held_out", "canonical"}
    weights = np.sqrt(np.maximum(0, reference.pearson_columns(*variates)))
    sides = [side * weights for side in variates]
    if direction == "second_to_first":
        sides.reverse()
    rows = np.arange(len(case["first"]))
    check_retrieval(
        [line for line in lines if line["space"] == "canonical"], direction,
        reference.retrieval(*sides, case["owners"], rows, gap))
    sides, folds = reference.held_out_variates(
        case["first"], case["second"], case["owners"], FOLDS)
    if direction == "second_to_first":
        sides.reverse()
    check_retrieval(
        [line for line in lines if line["space"] == "canonical_held_out"], direction,
        reference.retrieval(*sides, case["owners"], rows, gap, batches=folds))


# MARK: the course in time


@pytest.fixture(scope="module", params=COURSES)
def course(request, tmp_path_factory):
    made = COURSES[request.param](tmp_path_factory.mktemp("course"))
    made.name = request.param
    return made


def check_lags(found, followed, recordings, limit, step):
    """The curves and their peaks; returns where those of the first pair and of the mean are."""
    expected = lag_reference.curves(*followed, recordings, limit)
    lines = found["lagged_correlation"]
    assert lines["lag_rows"] == list(range(-limit, limit + 1))
    if step:
        np.testing.assert_allclose(
            lines["lag_seconds"], step * np.arange(-limit, limit + 1), atol=1e-6)
    else:
        assert "lag_seconds" not in lines
    count = len(expected)
    assert f"component_{count + 1}" not in lines
    curves = [lines[f"component_{place + 1}"] for place in range(count)]
    np.testing.assert_allclose(curves, expected, atol=1e-6)
    np.testing.assert_allclose(lines["mean"], expected.mean(0), atol=1e-6)
    places = []
    for line, curve in zip(found["lag_peak"], (expected[0], expected.mean(0))):
        place, value, width = lag_reference.peak(curve)
        assert line["lag_rows"] == place
        numbers = [line["correlation"], line["correlation_at_zero"]]
        np.testing.assert_allclose(numbers, [value, curve[limit]], atol=1e-6)
        assert line["width_rows"] == (width and pytest.approx(width, abs=1e-4))
        assert line["lag_seconds"] == (pytest.approx(step * place, abs=1e-6) if step else None)
        places.append(place)
    return places


def check_course(found, followed, recordings, names):
    """Correlations by window, recording by recording."""
    rows = max(16, 10 * found["similarity"]["decorrelation_rows"])
    lines = found["correlation_over_time"]
    expected = lag_reference.windows(*followed, recordings, rows)
    assert [line["recording"] for line in lines] == names
    for line, values in zip(lines, expected):
        first = values[:, 0]
        known = first[np.isfinite(first)]
        means = [np.mean(row[np.isfinite(row)]) if np.isfinite(row).any() else np.nan
                 for row in values]
        assert line["window_count"] == len(values)
        for key, numbers in (("first", first), ("mean", means)):
            np.testing.assert_allclose(np.array(line[key], float), numbers, atol=1e-6)
        keys = ("first_median", "first_minimum", "first_maximum")
        if len(known):
            np.testing.assert_allclose(
                [line[key] for key in keys], [np.median(known), known.min(), known.max()],
                atol=1e-6)
        else:
            assert all(line[key] is None for key in keys)
    return rows


FOLLOWS = (
    "modality two, standardised by all sequences follows modality one, standardised by all"
    " sequences by ")
FITTED_HERE = "Along directions fitted on these very rows at lag 0"
# By course: the longest lag, where the curves peak, and what is said.
EXPECTED = {
    "planted": (20, 7, FOLLOWS + "0.28 s (7 rows)"),
    "planted beyond the lags": (5, 5, "Highest at the last lag, 0.2 s (5 rows)"),
    "coarse step": (22, 4, FOLLOWS + "4 s (4 rows)"),
    "lags below a row": (1, 0, "Highest at lag 0: no sign of misalignment."),
    "no times": (20, 5, FOLLOWS + "5 rows"),
    "many components": (20, 0, "Along directions that other rows gave."),
    "ragged": (30, 3, FOLLOWS + "0.3 s (3 rows)"),
    "gaps": (20, 2, FOLLOWS + "2 rows"),
    "late starts": (25, 0, "Highest at lag 0: no sign of misalignment."),
    "segments in a row": (20, 1, FOLLOWS + "0.1 s (1 row)"),
    "segments apart": (20, 1, FOLLOWS + "1 row:"),
    "pooled": (2, 0, "No lag stands out from turned pairings"),
    "still": (20, 0, "Highest at lag 0: no sign of misalignment."),
    "one recording": (20, 2, FITTED_HERE),
    "one speaker": (20, 0, FITTED_HERE),
}


def test_lags(course):
    limit, place, words = EXPECTED[course.name]
    assert lag_reference.lag_range(course.step, course.longest, course.recordings) == limit
    places = check_lags(course.found, course.followed, course.recordings, limit, course.step)
    assert places == [place, place]
    assert words in course.text


def test_course_in_time(course):
    rows = check_course(course.found, course.followed, course.recordings, course.names)
    slowest = max(
        lag_reference.decorrelation(side, course.recordings) for side in course.sides)
    assert course.found["similarity"]["decorrelation_rows"] == slowest
    step = course.found["similarity"].get("decorrelation_seconds")
    assert step == (pytest.approx(course.step * slowest, abs=1e-5) if course.step else None)
    counts = [line["window_count"] for line in course.found["correlation_over_time"]]
    if course.name == "ragged":
        # A recording without a window, and one whose last window is short.
        assert 0 in counts and any(high - low > rows * count > 0 for (low, high), count in zip(
            course.recordings, counts))
    if course.name == "still":
        assert None in course.found["correlation_over_time"][0]["first"]
        assert set(course.found["correlation_over_time"][2]["mean"]) == {None}


def test_lags_and_course_along_directions_of_a_model(tmp_path):
    """Latents that did not train the model are followed along the directions that it stores."""
    features, model, output = (tmp_path / name for name in ("data.h5", "model.h5", "latents.npz"))
    run("cmkt-import", "synthetic:recola?train=3&valid=1&test=4&frames=300", "--seed", 2,
        "-o", features)
    run("cmkt-train", "fit", features, "-o", model, "--method", "cm-stew", "--weak", "video",
        "--strong", "audio", "--target", "arousal", "--seed", 1, "--set", "training.epochs=1",
        "--set", "encoder.latent=10", "--set", "encoder.hidden=8")
    run("cmkt-export", model, features, "--as", "latents", "--split", "test", "--strong", "audio",
        "-o", output)
    with h5py.File(model) as file:
        stored = [file[f"alignment/audio/{side}_directions"][()] for side in ("weak", "strong")]
    with np.load(output) as arrays:
        sides = [arrays[name].astype(float) for name in ("latent", "strong/latent")]
        recordings = list(zip(arrays["latent/offset"], arrays["latent/offset"][1:]))
    with h5py.File(features) as file:
        step = np.diff(file["frames/interval"][0])[0]
        names = [name.decode() for name, split in zip(
            file["sequences/recording"][()], file["sequences/split"][()]) if split == b"test"]
    found = json.loads(run(
        "cmkt-inspect", "correlate", model, features, *QUICK, "--max-lag", 1, "--json").stdout)
    followed = [side @ directions[:, :8] for side, directions in zip(sides, stored)]
    limit = lag_reference.lag_range(step, 1, recordings)
    check_lags(found, followed, recordings, limit, step)
    check_course(found, followed, recordings, names)


def within(found, null, share, count):
    """Whether a quantile of `count` draws is one of `null`, within four standard errors."""
    error = 4 * np.sqrt(share * (1 - share) * (1 / len(null) + 1 / count))
    low, high = np.quantile(null, [max(0, share - error), min(1, share + error)])
    return low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize("shared", [0, 1])
def test_chances_of_lags(tmp_path, shared):
    """Bands, p and where draws of groups peak are those of other draws."""
    made = Course(
        tmp_path, [120, 150, 90, 140, 110], widths=(2, 2), shared=1, memory=0.6,
        speakers=["ann", "bo", "cy", "di", "ed"],
        spoil=None if shared else lambda first, second, _: np.copyto(
            second, np.random.default_rng(8).normal(size=second.shape)))
    gap = made.found["similarity"]["decorrelation_rows"]
    turned = lag_reference.turned(*made.followed, made.recordings, 20, 20 + gap, 4000)
    peaks = lag_reference.drawn_peaks(*made.followed, made.recordings, made.groups, 20, 400)
    scaled = lag_reference.scaled_products(*made.followed, made.recordings, 20)
    for place, line in enumerate(made.found["lag_peak"]):
        null, curve = turned[place], scaled[place]
        highest = null.max(1)
        assert within(line["all_lags_95"], highest, 0.95, 199)
        # Neighbouring lags of one draw are alike: ten of them count as one.
        assert within(line["one_lag_95"], null.ravel()[::10], 0.95, 199 * 41 / 10)
        chance = np.mean(highest >= np.abs(curve).max())
        ways = lag_reference.ways(made.recordings, 20, gap)
        chance += (1 - chance) / ways
        assert abs(line["p"] - chance) <= 4 * np.sqrt(chance * (1 - chance) / 199) + 1 / 200
        assert (line["p"] == pytest.approx(1 / 200 + (199 / 200) / ways)) == bool(shared)
        assert within(line["lag_rows_low"], peaks[:, place], 0.025, 199)
        assert within(line["lag_rows_high"], peaks[:, place], 0.975, 199)
