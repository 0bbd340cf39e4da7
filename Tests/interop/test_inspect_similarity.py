"""Measures of similarity in cmkt-inspect correlate, computed again from their definitions."""

import json

import numpy as np
import pytest

import headroom
import similarity_reference as reference
from conftest import run

FOLDS = 2


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
