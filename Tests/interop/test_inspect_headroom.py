"""cmkt-inspect headroom against nested ridge probes in plain NumPy, and on made-up data."""

import csv
import json

import h5py
import numpy as np
import pytest

import headroom
from conftest import run

PROBES = ["weak", "strong", "both", "predicted", "weak_and_predicted", "taught"]
# Student's t at 97.5 % with 5, 6 and 9 degrees of freedom, from printed tables.
T975 = {5: 2.5705818, 6: 2.4469119, 9: 2.2621572}


def ask(features, weak, strong, target, *more, code=0):
    words = ["headroom", features, "--weak", weak, "--strong", strong, "--target", target, *more]
    return json.loads(run("cmkt-inspect", *words, "--json", code=code).stdout)


def synthetic(folder, source, seed):
    path = folder / f"{seed}.h5"
    run("cmkt-import", source, "--seed", seed, "-o", path)
    return path


def rows(document, section, key):
    return {row[key]: row for row in document[section]}


def table(path):
    """The lines of the CSV by (group, probe); those of all groups have the group ''."""
    with open(path, newline="", encoding="utf-8") as file:
        return {(row["group"], row["probe"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def recola(tmp_path_factory):
    folder = tmp_path_factory.mktemp("headroom")
    return synthetic(folder, "synthetic:recola?train=6&valid=2&test=7&unlabelled=2&frames=240", 3)


def folds_of(lines):
    """Groups by fold, from the CSV."""
    folds = {}
    for (group, probe), line in lines.items():
        if group and probe == "weak":
            folds.setdefault(int(line["fold"]), []).append(group)
    return [folds[number] for number in sorted(folds)]


@pytest.mark.parametrize("radius, ridges", [(0, None), (1, [3.0])])
def test_shares_are_those_of_plain_numpy(recola, tmp_path, radius, ridges):
    output = tmp_path / "headroom.csv"
    document = ask(
        recola, "video", "audio", "arousal", "--context", radius, "--csv", output,
        "--permutations", 0, *(["--ridge", ridges[0]] if ridges else []))
    sequences = headroom.read(recola, "video", "audio", "arousal", 50, radius)
    lines = table(output)
    folds = folds_of(lines)
    assert sum(map(len, folds)) == 6 and len(folds) == 5
    train = {s["group"]: s for s in sequences if s["split"] == "train"}
    free = headroom.stacked([s for s in sequences if s["split"] == "unlabelled"])
    parts = [headroom.stacked([train[group] for group in sorted(fold)]) for fold in folds]
    totals = np.zeros(5)
    errors = {probe: 0.0 for probe in PROBES}
    for number, held in enumerate(parts):
        found = headroom.probes(
            [p for i, p in enumerate(parts) if i != number], free, held,
            ridges or headroom.RIDGES)
        totals += [found["total"], *found["answers"], *found["features"]]
        for probe in PROBES:
            errors[probe] += found["errors"][probe]
    shares = rows(document, "probes", "probe")
    for probe in PROBES:
        assert np.isclose(shares[probe]["r2"], 1 - errors[probe] / totals[0], atol=1e-6), probe
    visible = rows(document, "visibility", "of")
    assert np.isclose(visible["strong_answers"]["r2"], 1 - totals[1] / totals[2], atol=1e-6)
    assert np.isclose(visible["strong_features"]["r2"], 1 - totals[3] / totals[4], atol=1e-6)
    check_intervals(document, lines, sorted(train))


def check_intervals(document, lines, groups):
    """Intervals follow from the errors of the groups, which add up to those of all."""
    quantile = T975[len(groups) - 1]
    for probe, row in rows(document, "probes", "probe").items():
        sums = [[float(lines[group, probe][key]) for key in ("squared_error", "squared_total")]
                for group in groups]
        # On the scale of the logarithm of what is left unexplained.
        ends = headroom.jackknife(sums, lambda s: -np.log(s[0] / s[1]), quantile)
        expected = 1 - np.exp(-np.array(ends))
        assert row["r2_upper"] <= 1
        found = [row[key] for key in ("r2", "r2_lower", "r2_upper")]
        assert np.allclose(found, expected, atol=1e-6), probe
    differences = rows(document, "differences", "difference")
    sums = [[float(lines[group, "weak"]["squared_error"]),
             float(lines[group, "strong"]["squared_error"]),
             float(lines[group, "weak"]["squared_total"])] for group in groups]
    expected = headroom.jackknife(sums, lambda s: (s[0] - s[1]) / s[2], quantile)
    row = differences["strong_minus_weak"]
    assert np.allclose([row[key] for key in ("value", "lower", "upper")], expected, atol=1e-6)
    total = np.array(sums)[:, 2]
    effective = total.sum() ** 2 / (total ** 2).sum()
    assert np.isclose(document["setting"]["effective_groups"], effective)


def test_another_split_is_judged_after_a_fit_on_train(recola, tmp_path):
    output = tmp_path / "headroom.csv"
    document = ask(
        recola, "video", "audio", "valence", "--split", "test", "--delay", 1, "--csv", output)
    sequences = headroom.read(recola, "video", "audio", "valence", 25)
    folds = folds_of(table(tmp_path_of(recola, output)))
    train = {s["group"]: s for s in sequences if s["split"] == "train"}
    free = headroom.stacked([s for s in sequences if s["split"] == "unlabelled"])
    parts = [headroom.stacked([train[group] for group in sorted(fold)]) for fold in folds]
    judged = headroom.stacked([s for s in sequences if s["split"] == "test"])
    found = headroom.probes(parts, free, judged)
    shares = rows(document, "probes", "probe")
    for probe in PROBES:
        expected = 1 - found["errors"][probe] / found["total"]
        assert np.isclose(shares[probe]["r2"], expected, atol=1e-6), probe
    assert document["setting"]["groups"] == 7
    check_intervals(
        document, table(output), sorted({s["group"] for s in sequences if s["split"] == "test"}))


def tmp_path_of(features, output):
    """The folds of the training groups, which a table about train names."""
    path = output.with_name("train.csv")
    ask(features, "video", "audio", "valence", "--delay", 1, "--csv", path, "--permutations", 0)
    return path


def test_classes_are_judged_by_balanced_accuracy(tmp_path):
    path = synthetic(tmp_path, "synthetic:mosi?train=10&test=2", 2)
    output = tmp_path / "headroom.csv"
    document = ask(path, "audio", "text", "label", "--csv", output, "--permutations", 0)
    sequences = headroom.read(path, "audio", "text", "label", 0)
    for sequence in sequences:
        sequence["labels"] = 2 * sequence["labels"] - 1
    train = {s["group"]: s for s in sequences if s["split"] == "train"}
    parts = [headroom.stacked([train[group] for group in sorted(fold)])
             for fold in folds_of(table(output))]
    hits, labels = {probe: [] for probe in PROBES}, []
    for number, held in enumerate(parts):
        found = headroom.probes([p for i, p in enumerate(parts) if i != number], None, held)
        labels.append(found["labels"])
        for probe in PROBES:
            hits[probe].append(found["hits"][probe])
    labels = np.vstack(labels)[:, 0]
    for probe, row in rows(document, "probes", "probe").items():
        hit = np.vstack(hits[probe])[:, 0]
        expected = (hit[labels].mean() + hit[~labels].mean()) / 2
        assert np.isclose(row["balanced_accuracy"], expected, atol=1e-9), probe


def test_scarce_labels_leave_headroom_and_plentiful_ones_none(tmp_path):
    verdicts = {"": [], "?preset=plenty": []}
    for preset, found in verdicts.items():
        for seed in range(1, 5):
            path = synthetic(tmp_path, f"synthetic:mosi{preset}", f"{seed}{len(preset)}")
            document = ask(path, "video", "text", "sentiment", "--permutations", 0)
            found.append(document["verdict"]["verdict"])
            path.unlink()
    assert verdicts[""].count("headroom") >= 3
    assert set(verdicts["?preset=plenty"]) == {"adds_nothing"}


def test_chance_is_about_nothing_and_delays_are_found(tmp_path):
    path = synthetic(
        tmp_path, "synthetic:recola?train=10&frames=900&label_noise=0.3&valid=1&test=1", 5)
    document = ask(path, "video", "audio", "arousal_clean", "--permutations", 39)
    for probe in ("weak", "strong", "both"):
        row = rows(document, "probes", "probe")[probe]
        assert row["chance_median"] < 0.02 and row["p"] == pytest.approx(1 / 40)
    assert rows(document, "probes", "probe")["taught"]["p"] is None
    document = ask(
        path, "video", "audio", "arousal", "--permutations", 0, "--delay", "search")
    assert document["setting"]["marks"] == ["selected"]
    assert abs(document["setting"]["delay_seconds"] - 2) <= 0.4
    best = max(document["delays"], key=lambda row: row["r2"])
    assert best["seconds"] == document["setting"]["delay_seconds"]


def test_intervals_stay_within_what_a_share_can_be(tmp_path):
    """Where all but one group are explained well, the interval is wide and ends below 1."""
    random = np.random.default_rng(2)
    lengths = [30] * 9
    hidden = random.normal(size=sum(lengths))
    noise = np.concatenate([np.zeros(240), 0.9 * random.normal(size=30)])
    np.savez(
        tmp_path / "one.npz", weak=np.stack([hidden, random.normal(size=270)], 1).astype("f4"),
        strong=np.stack([hidden, random.normal(size=270)], 1).astype("f4"),
        label=(np.sign(hidden + noise) > 0).astype("i8"), y=(hidden + noise).astype("f4"),
        offset=np.concatenate([[0], np.cumsum(lengths)]),
        id=np.array([f"r{index}" for index in range(9)]), split=np.array(["train"] * 9))
    path = tmp_path / "one.h5"
    run("cmkt-import", tmp_path / "one.npz", "-o", path)
    output = tmp_path / "headroom.csv"
    document = ask(path, "weak", "strong", "y", "--permutations", 0, "--csv", output)
    for row in document["probes"]:
        assert row["r2_lower"] < row["r2"] < row["r2_upper"] <= 1
    # The symmetric interval of R² itself would not do.
    lines = table(output)
    sums = [[float(lines[f"r{group}", "weak"][key]) for key in ("squared_error", "squared_total")]
            for group in range(9)]
    assert headroom.jackknife(sums, lambda s: 1 - s[0] / s[1], 2.3060041)[2] > 1
    document = ask(path, "weak", "strong", "label", "--permutations", 0)
    for row in document["probes"]:
        low, high = (row[f"balanced_accuracy_{end}"] for end in ("lower", "upper"))
        assert 0 <= low <= row["balanced_accuracy"] <= high <= 1


def test_wrong_use_is_explained(recola, made, tmp_path):
    words = ["headroom", recola, "--weak", "video", "--strong", "audio", "--target", "arousal"]
    message = run("cmkt-inspect", *words[:-1], "arousel", code=65).stderr
    assert "arousel" in message and "arousal" in message
    message = run("cmkt-inspect", "headroom", recola, "--weak", "voice", *words[4:], code=64).stderr
    assert "voice" in message and "video" in message
    run("cmkt-inspect", *words, "--delay", "soon", code=64)
    run("cmkt-inspect", *words, "--split", "all", code=64)
    run("cmkt-inspect", "headroom", made.features, "--strong", "text", code=64)
    output = tmp_path / "there.csv"
    output.write_text("mine")
    run("cmkt-inspect", *words, "--csv", output, code=73)
    assert output.read_text() == "mine"
    run("cmkt-inspect", *words, "--csv", output, "--force", "--permutations", 0)
    with h5py.File(recola) as file:
        assert f"{file['sequences/speaker'][0].decode()}," in output.read_text()
