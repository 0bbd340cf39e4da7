"""Plans, words and data of sweeps that are wrong: each is told before any work."""

import pytest

from conftest import run
from sweeps import place, plan, quick, serial, sweep  # noqa: F401 (fixtures among them)


@pytest.mark.parametrize("members, message", [
    ({"seed": [1]}, "at /seed: unknown key 'seed', did you mean 'seeds'?"),
    ({"seeds": []}, "at /seeds: expected a list of whole numbers, at least one"),
    ({"weak": "text"}, "at /strong/0: 'text' is both"),
    ({"methods": ["cm-stew", "sow"]}, "at /methods/1: unknown method 'sow'"),
    ({"search": {"grid": {"loss.alpha": [1, "much"]}}}, "at /search/grid/loss.alpha/1: expected"),
    ({"search": {"grid": {"loss.alpha": []}}}, "at /search/grid/loss.alpha: expected"),
    ({"recipe": {"encoder.heads": 2}}, "at /recipe/encoder.heads: it has no effect"),
    ({"strong": None}, "at /methods/0: method cm-stew needs a strong modality"),
])
def test_a_plan_that_is_wrong_is_refused_at_its_place(made, tmp_path, members, message):
    path = plan(made, tmp_path, **members)
    assert message in sweep(path, tmp_path / "s", code=64).stderr
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("members, code, message", [
    ({"weak": "sound"}, (64, 65), "sound"),
    ({"targets": ["mood"]}, (64, 65), "mood"),
    ({"features": "none.h5"}, 66, "none.h5"),
    ({"features": ["features.h5", "./features.h5"]}, 64, "same data"),
    ({"features": [{"path": "features.h5", "content": "00"}]}, 65, "content digest"),
    ({"folds": 500}, 65, "groups"),
])
def test_data_that_do_not_fit_are_told_before_any_work(made, tmp_path, members, code, message):
    path = plan(made, tmp_path, **members)
    assert message in sweep(path, tmp_path / "s", code=code).stderr
    assert not (tmp_path / "s").exists()


def test_hostile_plans_end_with_a_sentence(made, tmp_path):
    path = plan(made, tmp_path)
    good = path.read_text()
    for text in (
            "", "null", "[]", "{", "{}" * 2, good[:-1], good + "}", "\x00", "[" * 100_000,
            good.replace("0.1", "1e999"), good.replace("0.1", "NaN"),
            good.replace('"weak"', '"weak": "audio", "weak"'), '"' + "a" * 1_000_000 + '"'):
        path.write_text(text)
        assert "error: the plan" in sweep(path, tmp_path / "s", code=64).stderr
    path.write_bytes(b" " * (1 << 25))
    sweep(path, tmp_path / "s", code=65)
    path.write_bytes(b'{"features": "\xff\xfe"}')
    sweep(path, tmp_path / "s", code=64)
    assert not (tmp_path / "s").exists()


def test_words_that_are_wrong(made, quick, serial, tmp_path):
    for share in ("0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2"):
        assert "--cell" in sweep(quick, serial, f"--cell={share}", code=64).stderr
    for command in ("status", "resume", "merge"):
        assert "holds no sweep" in run(
            "cmkt-train", "sweep", command, tmp_path / "none", code=66).stderr
    assert "did you mean 'status'" in run("cmkt-train", "sweep", "stauts", serial, code=64).stderr
    (tmp_path / "plan.json").write_text("{}")
    assert "not written by a sweep" in run(
        "cmkt-train", "sweep", "status", tmp_path, code=65).stderr
    (tmp_path / "file").write_text("")
    sweep(quick, tmp_path / "file", code=73)
