"""C artefacts build without a warning, and compute what `evaluate` computes."""

import json
import os
import shutil
import subprocess

import h5py
import numpy as np
import pytest

import cmkt_reader
from conftest import read_predictions, run
from digests import put, renew

WARNINGS = [
    "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow", "-Wdouble-promotion"]
LANGUAGES = {
    "gcc": ["gcc", "-std=c99"], "clang": ["clang", "-std=c99"],
    "g++": ["g++", "-std=c++11", "-x", "c++"], "clang++": ["clang++", "-std=c++11", "-x", "c++"]}
COMPILERS = [name for name, words in LANGUAGES.items() if shutil.which(words[0])]
assert COMPILERS, "no C compiler is there"
PLAIN = next(name for name in ("gcc", "clang") if name in COMPILERS)
CHUNKS = ["--streaming", "--chunk", 3, "--look-ahead", 2, "--look-back", 4]
SETTINGS = {
    "gru": ["encoder.layers=2", "encoder.hidden=18"], "bigru": ["encoder.layers=2"],
    "transformer": ["encoder.hidden=12", "encoder.heads=3", "encoder.span-frames=2"]}


def build(source, program, *flags, language=PLAIN, symbol="net"):
    subprocess.run(
        [*LANGUAGES[language], *flags, f"-D{symbol}_MAIN", source, "-o", program, "-lm"],
        check=True, timeout=600)
    return program


def predict(program, sequences, how="run"):
    """Predictions of the only target for each sequence, one column."""
    counts = [str(len(rows)) for rows in sequences]
    data = b"".join(rows.astype(np.float32).tobytes() for rows in sequences)
    result = subprocess.run(
        [program, how, *counts], input=data, capture_output=True, check=True, timeout=600)
    values = np.frombuffer(result.stdout, np.float32)
    return np.split(values, np.cumsum([len(rows) for rows in sequences])[:-1])


def self_test(program):
    return subprocess.run([program, "self-test"], capture_output=True, check=False).returncode


def difference(found, expected):
    return max(float(np.abs(a - b).max()) for a, b in zip(found, expected) if len(a))


class Trained:
    """A model, its test sequences with NaN where values are missing, and its predictions."""

    def __init__(self, kind, features, weak, target, folder, *settings):
        self.kind, self.folder, self.model = kind, folder, folder / f"{kind}.h5"
        words = [word for setting in settings for word in ("--set", setting)]
        run(
            "cmkt-train", "fit", features, "-o", self.model, "--method", "unimodal", "--weak",
            weak, "--target", target, "--encoder", kind, *words)
        table = folder / f"{kind}.csv"
        run(
            "cmkt-train", "evaluate", self.model, features, "--split", "test", "--predictions",
            table)
        predictions = read_predictions(table, target)
        reader = cmkt_reader.Features(features)
        self.sequences, self.expected = [], list(predictions.values())
        for name in predictions:
            values, valid = reader.sequence(weak, reader.ids.index(name))
            self.sequences.append(np.where(valid, values, np.nan))

    def export(self, *words, name="net", form="c", **options):
        path = self.folder / f"{self.kind}-{name}.c"
        if not path.exists():
            run(
                "cmkt-export", self.model, "--as", form, "--symbol", "net", "-o", path, *words,
                **options)
        return path


@pytest.fixture(scope="module", params=sorted(SETTINGS))
def trained(request, made, tmp_path_factory):
    kind = request.param
    return Trained(
        kind, made.features, made.weak, made.target, tmp_path_factory.mktemp(kind),
        "training.epochs=3", *SETTINGS[kind])


@pytest.fixture(scope="module")
def chained(tmp_path_factory):
    """A causal model whose output is delayed, filtered, scaled and shifted."""
    folder = tmp_path_factory.mktemp("chain")
    features = folder / "features.h5"
    run("cmkt-import", "synthetic:recola", "--seed", 1, "-o", features)
    return Trained(
        "gru", features, "audio", "arousal", folder, "training.epochs=1", "encoder.hidden=8",
        "delay.mode=fixed", "delay.seconds=0.4", "postprocessing.fit=true",
        "postprocessing.median-frames=51")


@pytest.mark.parametrize("language", COMPILERS)
def test_every_compiler_builds_it_without_a_warning(trained, language, tmp_path):
    streaming = [] if trained.kind == "gru" else CHUNKS
    for name, words in (("net", []), ("stream", streaming), ("int8", ["--quantize", "int8"])):
        source = trained.export(*words, name=name)
        program = build(source, tmp_path / name, "-O1", *WARNINGS, language=language)
        assert self_test(program) == 0
        subprocess.run(
            [*LANGUAGES[language], *WARNINGS, "-Dnet_DECLARATIONS_ONLY", "-fsyntax-only", source],
            check=True)


@pytest.mark.parametrize(
    "flags", [["-O0"], ["-O2"], ["-O3", "-march=native"], ["-O3"]],
    ids=lambda flags: flags[-1])
def test_whole_sequences_as_evaluate_has_them(trained, flags, tmp_path):
    program = build(trained.export(), tmp_path / "net", *flags)
    assert difference(predict(program, trained.sequences), trained.expected) <= 1e-5


def test_without_vectors_it_computes_the_same(trained, tmp_path):
    text = trained.export().read_text(encoding="ascii")
    source = tmp_path / "plain.c"
    source.write_text(text.replace("defined(__GNUC__) && defined(__SSE2__)", "0"))
    program = build(source, tmp_path / "plain", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic")
    assert difference(predict(program, trained.sequences), trained.expected) <= 1e-5


def test_a_stream_gives_what_is_promised(trained, tmp_path):
    if trained.kind == "gru":
        program = build(trained.export(), tmp_path / "net")
        found = predict(program, trained.sequences, "stream")
        assert difference(found, trained.expected) <= 1e-5
        return
    program = build(trained.export(*CHUNKS, name="stream"), tmp_path / "net")
    chunk, ahead, back = (CHUNKS[index] for index in (2, 4, 6))
    expected = []
    for rows in trained.sequences:
        parts = [np.zeros(0, np.float32)]
        for start in range(0, len(rows), chunk):
            low, end = max(0, start - back), min(len(rows), start + chunk)
            whole = predict(program, [rows[low : end + ahead]])[0]
            parts.append(whole[start - low : end - low])
        expected.append(np.concatenate(parts))
    found = predict(program, trained.sequences, "stream")
    assert difference(found, expected) <= 1e-6
    assert difference(found, trained.expected) > 1e-6


def test_sanitizers_find_nothing(trained, tmp_path):
    streaming = [] if trained.kind == "gru" else CHUNKS
    program = build(
        trained.export(*streaming, name="stream"), tmp_path / "net", "-O1", "-g",
        "-fsanitize=address,undefined", "-fno-sanitize-recover=all", language=COMPILERS[-1]
        if "clang" not in COMPILERS else "clang")
    assert self_test(program) == 0
    width = trained.sequences[0].shape[1]
    gaps = np.full((41, width), np.nan)
    gaps[::3] = 1e3
    for how in ("run", "stream"):
        for rows in (np.zeros((0, width)), gaps[:1], gaps, *trained.sequences):
            found = predict(program, [rows], how)[0]
            assert len(found) == len(rows) and np.isfinite(found).all()


def test_chain_and_delay(chained, tmp_path):
    program = build(chained.export(), tmp_path / "net", "-O2")
    assert self_test(program) == 0
    assert difference(predict(program, chained.sequences), chained.expected) <= 1e-5
    assert "net_shift(" in chained.export().read_text(encoding="ascii")
    refused = run(
        "cmkt-export", chained.model, "--as", "c", "--streaming", "-o", tmp_path / "s.c",
        code=(0, 65))
    if refused.returncode == 65:
        assert "--postprocessing drop" in refused.stderr
    source = chained.export("--streaming", "--postprocessing", "drop", name="stream")
    text = source.read_text(encoding="ascii")
    assert "#define net_AROUSAL_LEAD 10" in text
    program = build(source, tmp_path / "stream", "-O2")
    whole = predict(program, chained.sequences)
    assert difference(predict(program, chained.sequences, "stream"), whole) <= 1e-5


MISTAKES = {
    "gate order": [
        ("opened = net_LOAD(from) + sum[group][part]", "opened = net_LOAD(from + 16) + "
         "sum[group][parts + part]"),
        ("kept = net_LOAD(from + 16) + sum[group][parts + part]", "kept = net_LOAD(from) + "
         "sum[group][part]")],
    "reset of the state alone": [
        ("reset * sum[group][2 * parts + part];",
         "reset * (sum[group][2 * parts + part] - net_LOAD(bias + group * 48 + 32 + part * "
         "net_LANES)) + net_LOAD(bias + group * 48 + 32 + part * net_LANES);")],
    "no reset": [("net_LOAD(from + 32) + reset * sum", "net_LOAD(from + 32) + sum")],
    "swapped biases": [
        ("net_encoder_layer_0_forward_input_bias, ", "@, "),
        ("net_encoder_layer_0_forward_recurrent_bias, ",
         "net_encoder_layer_0_forward_input_bias, "),
        ("@, ", "net_encoder_layer_0_forward_recurrent_bias, ")],
    "missing normalisation": [("(value - mean[column]) / scale[column]", "value")],
    "missing value as zero": [("value != value ? 0.0f : ", "value != value ? -mean[column] : ")],
    "state not kept": [("memcpy(stream->state_0, next,", "memcpy(gates, next,")],
    "state of another layer": [
        ("memcpy(stream->state_1, next,", "memcpy(stream->state_0, next,")],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_that_are_planted_show(made, mistake, tmp_path, tmp_path_factory):
    model = Trained(
        "gru", made.features, made.weak, made.target, tmp_path, "training.epochs=3",
        *SETTINGS["gru"])
    model.sequences = [np.where(np.arange(5) == 2, np.nan, rows) for rows in model.sequences]
    sound = model.export()
    text = sound.read_text(encoding="ascii")
    expected = predict(build(sound, tmp_path / "sound"), model.sequences)
    for found, planted in MISTAKES[mistake]:
        assert found in text, found
        text = text.replace(found, planted)
    source = tmp_path / "planted.c"
    source.write_text(text)
    program = build(source, tmp_path / "planted")
    how = "stream" if "state" in mistake and "alone" not in mistake else "run"
    assert difference(predict(program, model.sequences, how), expected) > 1e-5
    assert self_test(program) == 1 or mistake == "missing value as zero"


def test_int8_tells_its_accuracy(made, chained, tmp_path):
    """On both synthetic sets the figures fall by little, and the tool says by how much."""
    features = chained.folder / "features.h5"
    cases = [(made.model("unimodal"), made.features), (chained.model, features)]
    for model, source in cases:
        document = json.loads(run(
            "cmkt-export", model, "--as", "c", "--quantize", "int8", "--check", source, "--json",
            "-o", tmp_path / "a.c", "--force").stdout)
        parity = document["parity"]
        assert parity["holds"] and parity["largest_difference"] < 1e-5
        assert [row["name"] for row in parity["deviations"]] == ["int8 from floats"]
        assert 0 < parity["deviations"][0]["root_mean_square"] < 0.02
        rows = parity["accuracy"]
        assert {row["split"] for row in rows} == {"valid", "test"}
        assert any(row["float"] != row["quantised"] for row in rows) or source == made.features
        # The test split of the small set has some 40 rows: one that turns is .025.
        assert all(abs(row["float"] - row["quantised"]) < 0.03 for row in rows)


def test_int8_is_smaller_and_holds_no_float_matrix(trained):
    small = trained.export("--quantize", "int8", name="int8")
    assert small.stat().st_size < trained.export().stat().st_size


def test_the_tool_needs_a_compiler_for_its_check(made, tmp_path):
    model = made.model("unimodal")
    path = {"PATH": str(tmp_path), "CC": ""}
    result = run("cmkt-export", model, "--as", "c", "-o", tmp_path / "a.c", code=69, env=path)
    assert "--no-verify" in result.stderr and not (tmp_path / "a.c").exists()
    run("cmkt-export", model, "--as", "c", "-o", tmp_path / "a.c", "--no-verify", env=path)
    assert "no, at the user's request" in (tmp_path / "a.c").read_text(encoding="ascii")


def test_a_compiler_that_miscompiles_fails_the_check(made, tmp_path):
    wrapper = tmp_path / "cc"
    wrapper.write_text(
        "#!/bin/sh\nfor word do case $word in *.c) sed -i "
        "'s/(value - mean\\[column\\]) .* scale\\[column\\]/value/' \"$word\";; esac; done\n"
        f'exec {shutil.which(PLAIN)} "$@"\n')
    wrapper.chmod(0o755)
    environment = {**os.environ, "CC": str(wrapper), "TMPDIR": str(tmp_path)}
    result = run(
        "cmkt-export", made.model("unimodal"), "--as", "c", "-o", tmp_path / "a.c", code=1,
        env=environment)
    assert "self test" in result.stderr and not (tmp_path / "a.c").exists()
    assert not [name for name in os.listdir(tmp_path) if name.startswith("cmkt-export-")]


def test_symbols(made, tmp_path):
    model = made.model("unimodal")
    run("cmkt-export", model, "--as", "c", "--no-verify", "-o", tmp_path / "my-net.2.c")
    assert "int my_net_run(" in (tmp_path / "my-net.2.c").read_text(encoding="ascii")
    result = run(
        "cmkt-export", model, "--as", "c", "--symbol", "2 x", "-o", tmp_path / "b.c", code=65)
    assert "--symbol" in result.stderr


@pytest.mark.skipif(not shutil.which("swift"), reason="no Swift toolchain")
def test_a_swift_package_builds_and_tests_itself(made, trained, tmp_path):
    if trained.kind == "gru":
        pytest.skip("the page of --as swift is run with such a model")
    folder = tmp_path / "audio_net"
    run("cmkt-export", trained.model, "--as", "swift", "-o", folder, *CHUNKS)
    source = (folder / "Sources" / "CAudioNet" / "audio_net.c").read_text(encoding="ascii")
    assert "int audio_net_run(" in source
    if trained.kind == "bigru":
        return
    result = subprocess.run(
        ["swift", "test", "--package-path", folder, "-Xswiftc", "-warnings-as-errors"],
        capture_output=True, text=True, check=False, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 tests" in result.stdout + result.stderr


def test_a_model_beyond_the_range_of_numbers_is_a_finding(made, tmp_path):
    model = tmp_path / "huge.h5"
    shutil.copy(made.model("unimodal"), model)
    with h5py.File(model, "r+") as file:
        name = next(iter(file["normalisation"]))
        put(file, f"normalisation/{name}/scale", np.full_like(
            file[f"normalisation/{name}/scale"][()], np.finfo("f4").max))
        renew(file)
    result = run("cmkt-export", model, "--as", "c", "-o", tmp_path / "a.c", code=1)
    assert "differs from the engine (self test" in result.stderr
    assert not (tmp_path / "a.c").exists()
