"""Made-up trees in the layouts of AVEC 2015, 2016, 2018 and 2019, quirks included.

Every number is kept as the text that is written, so that expected values are what a reader of the
text must find: `np.float32(float(text))`.
"""

from dataclasses import dataclass, field

import arff
import numpy as np

TARGETS = ("arousal", "valence")
RATERS = ("FM1", "FM2", "FM3", "FF1", "FF2", "FF3")
WIDTHS_2016 = {
    "audio": 88, "video_appearance": 168, "video_geometric": 632, "ECG": 19, "HRHRV": 10,
    "EDA": 8, "SCL": 8, "SCR": 8}


def texts(values, digits=6):
    """Each value as text, `?` for NaN."""
    return [
        ["?" if np.isnan(value) else f"{value:.{digits}g}" for value in row] for row in values]


def floats(rows):
    return np.array([[np.nan if cell == "?" else float(cell) for cell in row] for row in rows],
                    dtype=np.float32)


def times(count, hop=0.04, start=0.0):
    return [f"{start + hop * index:.6f}".rstrip("0").rstrip(".") for index in range(count)]


@dataclass
class Style:
    """How an ARFF file is written."""

    columns: tuple = ("name", "frameTime")
    end: str = "\n"
    keyword: str = "@attribute"
    quote: str = ""
    lead: str = ""          # lines before @relation
    around_data: tuple = (0, 0)   # empty lines before and after @data
    label: bool = False     # a last column `class`, all missing

    def cells(self, instance, time):
        known = {
            "name": f"{self.quote}{instance}{self.quote}", "Instance_name": instance,
            "frameIndex": "7", "frameTime": time, "frametime": time, "timestamp": time}
        return [known[column] for column in self.columns]


@dataclass
class Tree:
    """A folder and what a right reading of it gives."""

    root: object
    seed: int = 3
    values: dict = field(default_factory=dict)     # (modality, recording) -> float32 [T, D]
    gold: dict = field(default_factory=dict)       # (target, recording) -> float32 [T]
    raters: dict = field(default_factory=dict)     # (target, recording) -> float32 [T, R]

    def __post_init__(self):
        self.generator = np.random.default_rng(self.seed)

    def write(self, path, lines, end="\n", encoding="utf-8"):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((end.join(lines) + end).encode(encoding))
        return path

    def rows(self, count, width, missing=0.0):
        values = self.generator.normal(size=(count, width))
        values[self.generator.random(size=values.shape) < missing] = np.nan
        return texts(values)

    def arff(self, path, parts, names, style=Style(), hop=0.04):
        """`parts` are (instance, rows) or (instance, rows, times), one after the other."""
        kinds = {"name": "string", "Instance_name": "string"}
        head = [style.lead] if style.lead else []
        head += [f"@relation {'features'}", ""]
        head += [
            f"{style.keyword} {name} {kinds.get(name, 'numeric')}" for name in style.columns]
        head += [f"{style.keyword} {name} numeric" for name in names]
        head += [f"{style.keyword} class numeric"] if style.label else []
        head += [""] * style.around_data[0] + ["@data"] + [""] * style.around_data[1]
        lines = []
        for instance, rows, *more in parts:
            for time, row in zip(more[0] if more else times(len(rows), hop), rows):
                cells = style.cells(instance, time) + row + (["?"] if style.label else [])
                lines.append(",".join(cells))
        return self.write(path, head + lines, style.end)

    def gold_arff(self, path, recording, rows, hop=0.04):
        """As the organisers' own script writes it: with the library liac-arff."""
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        data = [
            [recording, float(time), float(row[0])]
            for time, row in zip(times(len(rows), hop), rows)]
        document = {
            "relation": "GOLDSTANDARD", "description": "",
            "attributes": [
                ("Instance_name", "STRING"), ("frameTime", "NUMERIC"),
                ("GoldStandard", "NUMERIC")],
            "data": data}
        path.write_text(arff.dumps(document), encoding="utf-8")

    def ratings(self, path, rows, names=RATERS, hop=0.04):
        header = "time;" + ";".join(f"{name} " for name in names)
        lines = [
            ";".join([time] + ["" if cell == "?" else cell for cell in row])
            for time, row in zip(times(len(rows), hop), rows)]
        return self.write(path, [header.rstrip() + " "] + lines)


def numbered(parts):
    """`{'train': (1, 2)}` as `['train_1', 'train_2']`."""
    return [f"{part}_{number}" for part, numbers in parts.items() for number in numbers]


def names(width, stem="f"):
    return [f"{stem}_{index}" for index in range(width)]


def add_gold(tree, folder, recordings, frames, raters=True, names_of_raters=RATERS):
    for target in TARGETS:
        for recording in recordings:
            if recording.startswith("test"):
                continue
            rows = texts(tree.generator.uniform(-1, 1, size=(frames, 1)))
            tree.gold[target, recording] = floats(rows)[:, 0]
            style = Style(
                columns=("Instance_name", "frameTime"), end="\r\n", around_data=(2, 1))
            tree.arff(
                f"{folder[0]}/{target}/{recording}.arff", [(recording, rows)], ["GoldStandard"],
                style)
            if raters:
                rows = tree.rows(frames, len(names_of_raters), missing=0.1)
                tree.raters[target, recording] = floats(rows)
                tree.ratings(f"{folder[1]}/{target}/{recording}.csv", rows, names_of_raters)


def avec2016(root, frames=12, parts=None, widths=None, style=None):
    """`features_X/{arousal,valence}/N.arff`, gold standard and individual ratings."""
    tree = Tree(root)
    recordings = numbered(parts or {"train": (1, 2, 10), "dev": (1, 2), "test": (1,)})
    styles = {
        "audio": Style(columns=("frametime",)),
        "video_appearance": Style(columns=("name", "frameTime"), quote="'", keyword="@ATTRIBUTE"),
        "ECG": Style(columns=("name", "frameIndex", "frameTime"), label=True),
        "EDA": Style(columns=("Instance_name", "timestamp"), end="\r\n", lead="% a remark")}
    for modality, width in (widths or WIDTHS_2016).items():
        for target in TARGETS:
            for recording in recordings:
                rows = tree.rows(frames, width)
                if modality.startswith("video"):
                    rows[3] = ["0"] * width
                tree.values[f"{modality}.{target}", recording] = floats(rows)
                tree.arff(
                    f"features_{modality}/{target}/{recording}.arff", [(recording, rows)],
                    names(width, modality), style or styles.get(modality, Style()))
    add_gold(tree, ("ratings_gold_standard", "ratings_individual"), recordings, frames)
    tree.write("recordings_physio/train_1.csv", ["time;ECG", "0;0.5", "0.004;0.6"])
    tree.write("readme.txt", ["made up"])
    return tree


def avec2015(root, frames=10, nested=True):
    """No level of targets under the features; `features/` and `ratings/` around them."""
    tree = Tree(root, seed=5)
    recordings = numbered({"train": (1, 2), "dev": (1,), "test": (1, 2)})
    outer = ("features/", "ratings/") if nested else ("", "")
    for modality, width in {"audio": 5, "video_geometric": 4, "ecg": 3}.items():
        for recording in recordings:
            rows = tree.rows(frames, width, missing=0.05)
            tree.values[modality, recording] = floats(rows)
            tree.arff(
                f"{outer[0]}features_{modality}/{recording}.arff", [(recording, rows)],
                names(width), Style(label=True))
    add_gold(
        tree, (outer[1] + "ratings_gold_standard", outer[1] + "ratings_individual_centred"),
        recordings, frames)
    return tree


def avec2018_ges(root, frames=60, windows=(("4.0", "0.4"),), golds=("gs_1",)):
    """Features every 0.4 s beside a gold standard every 0.04 s."""
    tree = Tree(root, seed=6)
    recordings = numbered({"train": (1, 2), "dev": (1,), "test": (1,)})
    steps = -(-frames // 10)
    sets = {"audio": {"eGeMAPSfunct": 5}, "video": {"AU": 4, "appearance": 3}, "physio": {"ECG": 2}}
    for medium, members in sets.items():
        for name, width in members.items():
            for recording in recordings:
                for window, step in windows:
                    rows = tree.rows(steps, width)
                    variant = f".{window}_{step}" if len(windows) > 1 else ""
                    tree.values[f"{medium}.{name}{variant}", recording] = floats(rows)
                    tree.arff(
                        f"features/{medium}/{name}/{recording}_{window}_{step}.arff",
                        [(recording, rows)], names(width), Style(), hop=0.4)
            tree.arff(
                f"features/{medium}/{name}/Conc/train_4.0_0.4.arff",
                [("train_1", tree.rows(4, width))], names(width), Style(columns=()), hop=0.4)
    for gold in golds:
        for target in TARGETS:
            for recording in recordings:
                if recording.startswith("test"):
                    continue
                rows = texts(tree.generator.uniform(-1, 1, size=(frames, 1)))
                tree.gold_arff(f"labels/{gold}/{target}/{recording}.arff", recording, rows)
                blocks = floats(rows)[:, 0].astype(np.float64)
                means = [blocks[10 * step:10 * step + 10].mean() for step in range(steps)]
                key = target if len(golds) == 1 else f"{gold}.{target}"
                tree.gold[key, recording] = np.array(means, dtype=np.float32)
    for target in TARGETS:
        for recording in recordings[:3]:
            tree.ratings(f"labels/individual/{target}/{recording}.csv", tree.rows(frames, 6))
    return tree


def ces_recordings(cultures):
    counts = {"Train": 2, "Devel": 1, "Test": 1}
    return [
        f"{part}_{culture}_{number:02d}" for culture in cultures for part, count in counts.items()
        for number in range(1, count + 1)]


def ces(root, year=2019, frames=15, cultures=("DE", "HU")):
    """SEWA: delimited text, 0.1 s, three targets in one file."""
    tree = Tree(root, seed=8)
    targets = ("arousal", "valence", "liking")
    header = year == 2019
    for folder, width in {"audio_features_xbow": 6, "visual_features_xbow": 5}.items():
        separator = "," if header and folder.startswith("visual") else ";"
        for recording in ces_recordings(cultures):
            rows = tree.rows(frames, width)
            tree.values[folder.replace("_features", ""), recording] = floats(rows)
            lines = [
                separator.join([f"'{recording}'", time] + row)
                for time, row in zip(times(frames, 0.1), rows)]
            head = [separator.join(["name", "timestamp"] + names(width))] if header else []
            tree.write(f"{folder}/{recording}.csv", head + lines)
    for recording in ces_recordings(cultures):
        if recording.startswith("Test"):
            continue
        rows = texts(tree.generator.uniform(-1, 1, size=(frames, 3)))
        for column, target in enumerate(targets):
            tree.gold[target, recording] = floats(rows)[:, column]
        lines = [
            ";".join([f"'{recording}'", time] + row)
            for time, row in zip(times(frames, 0.1), rows)]
        head = [";".join(("name", "timestamp") + targets)] if header else []
        tree.write(f"labels/{recording}.csv", head + lines)
    return tree
