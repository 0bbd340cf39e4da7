"""cmkt-inspect correlate against closed forms, other libraries and independent permutations."""

import csv
import io
import json

import h5py
import numpy as np
import pytest

import correlation_reference as reference
from conftest import run
from correlation_reference import walk

PARTS = ("total", "within", "between")
NO_TESTS = ["--permutations", 0, "--bootstrap", 0, "--max-lag", 0]


def views(lengths, widths=(4, 3), shared=2, memory=0.0, offsets=0.0, seed=1):
    """Two views by recording, with `shared` series in common, mixed; in single precision."""
    random = np.random.default_rng(seed)
    mixings = [random.normal(size=(max(1, shared), width)) for width in widths]
    parts = ([], [])
    for rows in lengths:
        common = walk(random, rows, max(1, shared), memory)
        level = random.normal(size=(1, max(1, shared)))
        for part, mixing, width in zip(parts, mixings, widths):
            own = walk(random, rows, width, memory)
            part.append(own + (common @ mixing if shared else 0) + offsets * (level @ mixing))
    return [np.vstack(part).astype(np.float32) for part in parts]


class Case:
    """A features file of two modalities in split test, and the arrays that it was made from."""

    def __init__(self, folder, lengths, sides, speakers=None, **more):
        ends = np.cumsum(lengths)
        self.recordings = list(zip(ends - lengths, ends))
        self.sides = [side.astype(float) for side in sides]
        names = [f"rec-{chr(97 + index)}" for index in range(len(lengths))]
        self.groups = list(speakers) if speakers is not None else names
        arrays = {
            "one": sides[0], "two": sides[1], "offset": np.concatenate([[0], ends]),
            "id": np.array(names), "split": np.array(["test"] * len(lengths)), **more}
        if speakers is not None:
            arrays["speaker"] = np.array(speakers)
        np.savez(folder / "case.npz", **arrays)
        self.path = folder / "case.h5"
        run("cmkt-import", folder / "case.npz", "-o", self.path)

    def correlate(self, *words, between="one,two", code=0):
        result = run(
            "cmkt-inspect", "correlate", self.path, "--between", between, "--json", *words,
            code=code)
        return json.loads(result.stdout)

    def expected(self, part):
        return reference.closed_form(
            *[reference.part_of(side, self.recordings, part) for side in self.sides])


def values(document, table):
    return np.array(
        [line["correlation"] for line in document[table] if line["component"] != "mean"])


def lines(document, table):
    """By component, "mean" among them."""
    return {line["component"]: line for line in document[table]}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Recordings of unequal length, several of a speaker, with levels of their own."""
    lengths = [30, 41, 25, 60, 33, 52, 47, 38, 29, 44, 36, 57]
    speakers = ["ann", "bo", "ann", "cy", "di", "bo", "ed", "fay", "gus", "cy", "hal", "ivy"]
    return Case(
        tmp_path_factory.mktemp("plain"), lengths, views(lengths, offsets=0.5), speakers)


# MARK: correlations


@pytest.mark.parametrize("part", PARTS)
def test_in_sample_is_the_closed_form(plain, part):
    document = plain.correlate("--ridge", 0, *NO_TESTS)
    found = values(document, f"in_sample_{part}")
    np.testing.assert_allclose(found, plain.expected(part), atol=1e-6)
    mean = lines(document, f"in_sample_{part}")["mean"]["correlation"]
    assert mean == pytest.approx(found.mean(), abs=1e-12)


def test_in_sample_is_that_of_cca_zoo(plain):
    linear = pytest.importorskip("cca_zoo.linear")
    model = linear.CCA(n_components=3)
    scores = model.fit_transform(plain.sides)
    expected = reference.pearson(*[np.asarray(side) for side in scores])
    found = values(plain.correlate("--ridge", 0, *NO_TESTS), "in_sample_total")
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_in_sample_is_that_of_an_iterative_solver(plain):
    decomposition = pytest.importorskip("sklearn.cross_decomposition")
    model = decomposition.CCA(n_components=3, max_iter=20_000, tol=1e-12)
    expected = reference.pearson(*model.fit_transform(*plain.sides))
    found = values(plain.correlate("--ridge", 0, *NO_TESTS), "in_sample_total")
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("ridge", [0, 0.03, 2])
@pytest.mark.parametrize("part", PARTS)
def test_ridge_is_relative_and_folds_are_groups(plain, part, ridge):
    """Fitted here to columns in other units, which a ridge relative to variances does not see."""
    document = plain.correlate("--ridge", ridge, "--folds", 3, *NO_TESTS)
    sides = [reference.part_of(side, plain.recordings, part) for side in plain.sides]
    scaled = [side * np.geomspace(0.01, 100, side.shape[1]) for side in sides]
    expected = reference.ridge_fit(*scaled, ridge)[2]
    np.testing.assert_allclose(values(document, f"in_sample_{part}"), expected, atol=1e-6)
    expected = reference.held_out(
        *plain.sides, plain.recordings, plain.groups, part, 3, ridge)
    np.testing.assert_allclose(values(document, f"held_out_{part}"), expected, atol=1e-6)
    assert document["setting"]["groups"] == 9 and document["setting"]["recordings"] == 12


def test_ridge_path(plain):
    ridges = [0, 0.01, 0.5, 10]
    document = plain.correlate(
        "--ridge-path", ",".join(map(str, ridges)), "--folds", 4, *NO_TESTS)
    within = [reference.centred_within(side, plain.recordings) for side in plain.sides]
    assert [line["ridge"] for line in document["ridge_path"]] == ridges
    for line in document["ridge_path"]:
        inside = reference.ridge_fit(*within, line["ridge"])[2]
        outside = reference.held_out(
            *plain.sides, plain.recordings, plain.groups, "within", 4, line["ridge"])
        found = [line[key] for key in (
            "in_sample_first", "in_sample_mean", "held_out_first", "held_out_mean")]
        expected = [inside[0], inside.mean(), outside[0], outside.mean()]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_effective_rows(tmp_path):
    lengths = [400] * 8
    case = Case(tmp_path, lengths, views(lengths, memory=0.9))
    found = case.correlate("--ridge", 0, *NO_TESTS)
    within = [reference.centred_within(side, case.recordings) for side in case.sides]
    a, b, _ = reference.ridge_fit(*within, 0)
    table = lines(found, "in_sample_within")
    for component in (1, 2, 3):
        expected = reference.effective_rows(
            within[0] @ a[:, component - 1], within[1] @ b[:, component - 1], case.recordings)
        assert table[component]["effective_rows"] == pytest.approx(expected, rel=0.1)
        # As many as theory has for such series: n (1 − φ²) / (1 + φ²).
        theory = 3200 * (1 - 0.81) / (1 + 0.81)
        assert table[component]["effective_rows"] == pytest.approx(theory, rel=0.4)
    assert table["mean"]["effective_rows"] is None


def test_directions_of_the_model(tmp_path):
    """Held out along stored directions: Pearson correlations of exported latents' projections."""
    features, model, output = (tmp_path / name for name in ("data.h5", "model.h5", "latents.npz"))
    run("cmkt-import", "synthetic:recola?train=4&valid=1&test=5&frames=300", "--seed", 2,
        "-o", features)
    run("cmkt-train", "fit", features, "-o", model, "--method", "cm-stew", "--weak", "video",
        "--strong", "audio", "--target", "arousal", "--seed", 1, "--set", "training.epochs=2",
        "--set", "encoder.latent=5", "--set", "encoder.hidden=8")
    run("cmkt-export", model, features, "--as", "latents", "--split", "test", "--strong", "audio",
        "-o", output)
    document = json.loads(run(
        "cmkt-inspect", "correlate", model, features, *NO_TESTS, "--json").stdout)
    with h5py.File(model) as file:
        stored = [file[f"alignment/audio/{side}_directions"][()] for side in ("weak", "strong")]
    with np.load(output) as arrays:
        sides = [arrays[name].astype(float) for name in ("latent", "strong/latent")]
        offsets = arrays["latent/offset"]
    recordings = list(zip(offsets, offsets[1:]))
    assert len(recordings) == 5 and "the model's own" in document["setting"]["directions"]
    for part in PARTS:
        scores = [
            reference.part_of(side, recordings, part) @ directions
            for side, directions in zip(sides, stored)]
        expected = reference.pearson(*scores)
        np.testing.assert_allclose(values(document, f"held_out_{part}"), expected, atol=1e-6)
    # What trained the model is refitted by folds instead.
    train = json.loads(run(
        "cmkt-inspect", "correlate", model, features, "--split", "train", *NO_TESTS,
        "--json").stdout)
    assert train["setting"]["marks"] == ["trained"]
    assert "refitted by groups" in train["setting"]["directions"]


# MARK: nulls


@pytest.fixture(scope="module", params=[0, 2])
def tested(request, tmp_path_factory):
    """Recordings of equal length with nothing in common, or two series; and 499 permutations."""
    lengths = [150] * 10
    case = Case(
        tmp_path_factory.mktemp("tested"), lengths,
        views(lengths, shared=request.param, memory=0.6, seed=8))
    case.shared = request.param
    case.document = case.correlate("--ridge", 0, "--permutations", 499, "--bootstrap", 99)
    return case


def quantile_band(null, share, other_count):
    """Where a quantile of another sample lies, within four standard errors of its share."""
    error = np.sqrt(share * (1 - share) * (1 / len(null) + 1 / other_count))
    return np.quantile(null, [max(0, share - 4 * error), min(1, share + 4 * error)])


@pytest.mark.parametrize(
    ("part", "hypothesis"),
    [("within", "synchrony"), ("within", "correspondence"), ("total", "correspondence")])
def test_null_quantiles(tested, part, hypothesis):
    line = lines(tested.document, f"in_sample_{part}")
    shift = tested.document["setting"]["smallest_shift"]
    highest, mean = reference.null_values(
        *tested.sides, tested.recordings, part, hypothesis, 2000, shift, seed=99)
    for component, null in ((1, highest), ("mean", mean)):
        for name, share in (("median", 0.5), ("95", 0.95)):
            found = line[component][f"{hypothesis}_null_{name}"]
            low, high = quantile_band(null, share, 499)
            # The synchrony test makes up for the join of a turned series, by 1 % here.
            assert low <= found <= high * 1.01, (component, name)


@pytest.mark.parametrize("table", ["in_sample", "held_out"])
def test_p_values(tested, table):
    for part, hypothesis in (
        ("within", "synchrony"), ("within", "correspondence"), ("total", "correspondence")
    ):
        found = [
            line[f"{hypothesis}_p"] for component, line in
            lines(tested.document, f"{table}_{part}").items() if component != "mean"]
        assert len(found) == 3
        ways = next(
            10 ** line["log10_ways"] for line in tested.document["nulls"]
            if line["null"] == hypothesis)
        # As counts of the permutations alone.
        found = [round((p - 1 / ways) / (1 - 1 / ways), 12) for p in found]
        if tested.shared:
            assert found[:2] == [1 / 500, 1 / 500]
            assert found[2] > 0.05
        else:
            assert min(found) > 0.05
        # Steps never fall.
        assert found == sorted(found)
        assert all(round(p * 500, 9).is_integer() for p in found)
    assert all(
        line["synchrony_p"] is None for line in tested.document[f"{table}_total"])


def test_intervals_hold_what_they_should(tested):
    line = lines(tested.document, "in_sample_within")[1]
    assert line["low"] < line["correlation"] < line["high"]


def test_drift_is_told_of(tmp_path):
    lengths = [120] * 8
    random = np.random.default_rng(3)
    ramp = np.linspace(-3, 3, 120)[:, None]
    sides = [
        np.vstack([
            ramp * random.normal(size=(1, width)) + random.normal(size=(120, width))
            for _ in lengths]).astype(np.float32)
        for width in (3, 2)]
    case = Case(tmp_path, lengths, sides)
    document = case.correlate("--permutations", 99, "--bootstrap", 0)
    assert document["setting"]["drift"] is True
    text = run("cmkt-inspect", "correlate", case.path, "--between", "one,two", *NO_TESTS).stdout
    assert "rejects too often. Read the correspondence test" in " ".join(text.split())


# MARK: guards


def test_three_groups_are_too_few_to_exchange(tmp_path):
    lengths = [100] * 3
    document = Case(tmp_path, lengths, views(lengths)).correlate(
        "--permutations", 49, "--bootstrap", 49)
    state = {line["null"]: line["state"] for line in document["nulls"]}
    assert "at least 4 groups" in state["correspondence"]
    assert state["synchrony"] == "tested"
    assert all(line["correspondence_p"] is None for line in document["in_sample_within"])
    assert lines(document, "in_sample_within")[1]["synchrony_p"] == pytest.approx(1 / 50, abs=1e-4)


def test_one_recording_has_no_folds(tmp_path):
    case = Case(tmp_path, [200], views([200]))
    document = case.correlate("--permutations", 19, "--bootstrap", 49, "--ridge", 0)
    assert values(document, "in_sample_total") == pytest.approx(case.expected("total"), abs=1e-6)
    assert all(document[f"held_out_{part}"] == {} for part in PARTS)
    assert lines(document, "in_sample_within")[1]["low"] is None
    text = run("cmkt-inspect", "correlate", case.path, "--between", "one,two", *NO_TESTS).stdout
    assert "there is one group only" in " ".join(text.split())


def test_too_few_rows_claim_nothing(tmp_path):
    case = Case(tmp_path, [3, 2, 2], views([3, 2, 2]))
    document = case.correlate("--permutations", 19, "--bootstrap", 49)
    for table in ("held_out", "in_sample"):
        assert all(document[f"{table}_{part}"] == {} for part in PARTS)
    (tmp_path / "less").mkdir()
    less = Case(tmp_path / "less", [1, 1], views([1, 1]))
    message = run(
        "cmkt-inspect", "correlate", less.path, "--between", "one,two", code=65).stderr
    assert "2 rows" in message and "--split" in message


def test_neither_permutations_nor_replicates(plain):
    document = plain.correlate(*NO_TESTS)
    for table in ("held_out_within", "in_sample_within"):
        for line in document[table]:
            assert line["low"] is None and line["synchrony_p"] is None
    np.testing.assert_allclose(
        values(document, "in_sample_within"),
        values(plain.correlate("--permutations", 9), "in_sample_within"), atol=1e-12)


def test_pooled_rows_are_means_of_sequences(plain):
    document = plain.correlate("--ridge", 0, "--rows", "pooled", *NO_TESTS)
    assert document["setting"]["rows"] == 12
    np.testing.assert_allclose(
        values(document, "in_sample_total"), plain.expected("between"), atol=1e-6)
    assert document["in_sample_within"] == {}


def test_constant_columns_do_not_count(tmp_path, plain):
    lengths = [high - low for low, high in plain.recordings]
    sides = [side.astype(np.float32) for side in plain.sides]
    constant = np.full((len(sides[0]), 1), 7, np.float32)
    case = Case(
        tmp_path, lengths, [np.hstack([sides[0], constant]), np.hstack([constant, sides[1]])])
    found = values(case.correlate("--ridge", 0, *NO_TESTS), "in_sample_total")
    np.testing.assert_allclose(found[:3], plain.expected("total"), atol=1e-6)
    np.testing.assert_allclose(found[3:], 0, atol=1e-6)


def test_invalid_rows_are_left_out(tmp_path, plain):
    """A value that is not finite makes its row invalid: the pair of rows takes no part."""
    lengths = [high - low for low, high in plain.recordings]
    sides = [side.astype(np.float32) for side in plain.sides]
    first, second = sides[0].copy(), sides[1].copy()
    first[[5, 200]] = np.nan
    second[[6, 200, 300]] = np.nan
    case = Case(tmp_path, lengths, [first, second])
    document = case.correlate("--ridge", 0, *NO_TESTS)
    kept = np.isfinite(first).all(1) & np.isfinite(second).all(1)
    assert document["setting"]["rows"] == kept.sum() == len(kept) - 4
    expected = reference.closed_form(*[side[kept] for side in plain.sides])
    np.testing.assert_allclose(values(document, "in_sample_total"), expected, atol=1e-6)


# MARK: the command


def test_csv_has_what_json_has(plain, tmp_path):
    path = tmp_path / "tables.csv"
    document = plain.correlate("--csv", path, *NO_TESTS)
    text = path.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    for line in document["in_sample_total"]:
        number = line["correlation"]
        assert any(
            cell and _is_number(cell) and float(cell) == number for row in rows for cell in row)
    run("cmkt-inspect", "correlate", plain.path, "--between", "one,two", *NO_TESTS, "--csv", path,
        code=73)
    plain.correlate("--csv", path, "--force", *NO_TESTS)
    assert path.read_text(encoding="utf-8") == text


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_threads_and_runs_change_nothing(plain):
    words = ["--permutations", 49, "--bootstrap", 49]
    once = plain.correlate("--threads", 1, *words)
    assert plain.correlate("--threads", 2, *words) == once
    other = plain.correlate("--seed", 2, *words)
    assert other["in_sample_within"] != once["in_sample_within"]
    np.testing.assert_array_equal(
        values(other, "in_sample_within"), values(once, "in_sample_within"))


def test_views_can_be_exchanged(plain):
    there = plain.correlate(*NO_TESTS)
    back = plain.correlate(*NO_TESTS, between="two,one")
    for table in ("in_sample_total", "held_out_within", "in_sample_between"):
        np.testing.assert_allclose(values(there, table), values(back, table), atol=1e-9)


def test_wrong_words(plain, made):
    def message(*words, code=64):
        return run("cmkt-inspect", "correlate", *words, code=code).stderr

    assert "--permutations" in message(plain.path, "--permutation", 5)
    assert "--ridge" in message(plain.path, "--ridge", -1, "--between", "one,two")
    assert "0" in message(plain.path, "--permutations", -1)
    text = message(plain.path, "--between", "one,tow")
    assert "tow" in text and "two" in text
    assert "3 files" in message(plain.path, plain.path, plain.path)
    assert "is a view of a model" in message(plain.path)
    model = made.model("unimodal")
    assert "expected a features file" in message(model, "--between", "one,two", code=65)
    assert "MODEL.h5 FEATURES.h5" in message(model)
    text = message(model, made.features, code=65)
    assert "unimodal" in text and "cm-stew" in text
    assert "missing.h5" in message("missing.h5", "--between", "one,two", code=66)
