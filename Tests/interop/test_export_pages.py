"""The Python lines on the pages of Formats/export run as they stand."""

import re

import numpy as np

from conftest import ROOT


def run_page(name, folder, monkeypatch):
    text = (ROOT / "Formats" / "export" / name).read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    monkeypatch.chdir(folder)
    values = {}
    exec(compile(code, name, "exec"), values)
    return values


def test_onnx_page(made, tmp_path, monkeypatch):
    (tmp_path / "audio.onnx").write_bytes(made.export("cm-stew", "onnx").read_bytes())
    values = run_page("onnx.md", tmp_path, monkeypatch)
    output = values["predictions"][made.target]
    assert output.shape[:2] == (2, 40)
    assert ((output[0] > 0) & (output[0] < 1)).all() and (output[1, 25:] == 0).all()


def test_safetensors_page(made, tmp_path, monkeypatch):
    (tmp_path / "audio.safetensors").write_bytes(
        made.export("cm-stew", "safetensors").read_bytes())
    values = run_page("safetensors.md", tmp_path, monkeypatch)
    assert values["inputs"].shape == values["raw"].shape and np.isfinite(values["inputs"]).all()
