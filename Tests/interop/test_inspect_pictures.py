"""The pictures of `cmkt-inspect report` as files of their own."""

import hashlib
from xml.etree import ElementTree

from conftest import run
from report_pages import report


def test_every_picture_stands_alone(made, tmp_path):
    folder = tmp_path / "pictures"
    page = report(
        tmp_path, made.model("cm-stew"), made.features, "--full", "--pictures", folder).page
    keys = {figure.attributes["id"] for figure in page.all("figure")}
    assert {path.stem for path in folder.iterdir()} == keys | {"cmkt-files"}
    name = "{http://www.w3.org/2000/svg}"
    for key in keys:
        root = ElementTree.parse(folder / f"{key}.svg").getroot()
        assert root.tag == name + "svg" and root.find(name + "title").text
        assert "prefers-color-scheme:dark" in root.find(name + "style").text
        assert (folder / f"{key}.csv").read_text(encoding="utf-8").count("\n") > 1
    words = ("report", made.model("cm-stew"), "-o", tmp_path / "b.html", "--pictures", folder)
    run("cmkt-inspect", *words, code=73)


def test_pictures_of_a_former_run_are_replaced(made, tmp_path):
    """By what the folder's list says; nobody's own files are."""
    folder = tmp_path / "pictures"
    report(
        tmp_path, made.model("cm-stew"), made.features, "--full", "--pictures", folder)
    lines = (folder / "cmkt-files.sha256").read_text(encoding="utf-8").splitlines()
    assert {line[66:] for line in lines} == {
        path.name for path in folder.iterdir()} - {"cmkt-files.sha256"}
    for line in lines:
        assert hashlib.sha256((folder / line[66:]).read_bytes()).hexdigest() == line[:64]
    many = len(lines)
    words = (
        "report", made.model("cm-stew"), "-o", tmp_path / "b.html", "--pictures", folder, "--force")
    lost = next(path for path in sorted(folder.glob("track-*.svg")))
    sound = lost.read_bytes()
    for wrong in ("changed", "foreign"):
        path = lost if wrong == "changed" else folder / "mine.svg"
        path.write_bytes(sound + b" ")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert path.name in run("cmkt-inspect", *words, code=73).stderr
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        lost.write_bytes(sound)
    (folder / "mine.svg").unlink()
    run("cmkt-inspect", *words)
    assert 1 < len(list(folder.iterdir())) < many
    report(
        tmp_path, made.model("cm-stew"), made.features, "--full", "--pictures", folder)
    assert len(list(folder.iterdir())) == many + 1
