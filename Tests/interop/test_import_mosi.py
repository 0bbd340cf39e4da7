"""All forms of real CMU-MOSI agree: values in single precision, ids, splits and binary labels."""

import json
import os
from pathlib import Path

import pytest

from conftest import run

DATA = Path(os.environ.get("CMKT_MOSI_DATA", "/nonexistent"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="CMKT_MOSI_DATA is not set")

# What a form need not have, or has in a way of its own: where it came from, times, the sentiment.
PROVENANCE = {"/@name", "/provenance"}
INTERVALS = {"/frames@time_base", "/frames/interval"}
SENTIMENT = {"/targets/sentiment", "/targets/label@source_target", "/targets/label@threshold"}

# The .csd files say what they were derived from.
EXTRACTORS = {f"/modalities/{name}@extractor" for name in ("audio", "text", "video")}

DERIVED = DATA / "derived"
CSD = [f"{name}={DERIVED}/CMU_MOSI_bcLSTM_{name}{width}.csd"
       for name, width in (("audio", 73), ("text", 100), ("video", 100))]
FORMS = {
    "csv": ([DATA], set()),
    "arff": ([DATA, "--as", "bclstm-arff"], set()),
    "pickles": (
        [f"audio={DATA}/audio.pickle", f"text={DERIVED}/text.pickle",
         f"video={DERIVED}/video.pickle", f"ids={DATA}"], set()),
    "csd": ([f"labels={DERIVED}/mosi_dialogue.npz", *CSD], EXTRACTORS),
}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    path = tmp_path_factory.mktemp("mosi") / "npz.h5"
    run("cmkt-import", DATA / "derived" / "mosi_dialogue.npz", "-o", path)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_data(reference, tmp_path, form):
    path = tmp_path / f"{form}.h5"
    words, names = FORMS[form]
    run("cmkt-import", *words, "-o", path)
    # Statistics are sums in another order; a relative 1e-9 is nothing to a float32.
    result = run(
        "cmkt-inspect", "diff", reference, path, "--any-order", "--relative", "1e-9", "--json",
        code=1)
    document = json.loads(result.stdout)
    allowed = PROVENANCE | INTERVALS | SENTIMENT | names
    found = {row["path"] for row in document["differences"]}
    assert {path for path in found if not any(path.startswith(name) for name in allowed)} == set()
    assert document["result"]["values_compared"] > 600_000
