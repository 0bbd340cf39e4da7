"""What the text in a challenge's folder may be: other names, decimal commas, pointers."""

import avec
from test_import_recola import FIRST, check, read, refuse


def test_rows_named_after_another_recording(tmp_path):
    tree = avec.avec2016(
        tmp_path / "a", widths={"audio": 3}, style=avec.Style(columns=("name", "frameTime")))
    path = tree.root / FIRST
    words = path.read_text().replace("train_1,", "dev_9,")
    assert "dev_9," in words
    path.write_text(words)
    file = read(tree.root, tmp_path)
    check(file, tree)
    assert f"{FIRST}: its rows are named after recording 9 of split valid" in file.words


def test_decimal_commas_of_ratings(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    for path in tree.root.rglob("ratings_individual/*/*.csv"):
        words = path.read_text()
        assert ";" in words and "," not in words
        path.write_text(words.replace(".", ","))
    check(read(tree.root, tmp_path), tree)


def test_a_folder_of_pointers(tmp_path):
    tree = avec.avec2016(tmp_path / "a", widths={"audio": 3})
    for path in tree.root.rglob("*_*.*"):
        if path.is_file():
            path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "git lfs pull" in refuse(tree.root)
