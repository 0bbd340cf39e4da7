"""Predictions of a model file, from the text of Formats/cmkt/1.0/specification.md alone."""

import json

import h5py
import numpy as np


def text(value):
    """A string attribute or element: UTF-8, padded with NUL."""
    return bytes(np.ravel(value)[0]).rstrip(b"\0").decode("utf-8")


def open_file(path, kind):
    file = h5py.File(path, "r")
    assert text(file.attrs["format"]) == "cmkt" and text(file.attrs["kind"]) == kind
    assert text(file.attrs["format_version"]).split(".")[0] == "1"
    assert "must_understand" not in file.attrs
    return file


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATIONS = {"identity": lambda x: x, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}
PREDICTIONS = {
    "regression": lambda o: o, "binary": sigmoid, "classes": softmax, "multilabel": sigmoid}


def median(values, width):
    """Of up to `width` values centred on each."""
    reach = width // 2
    return [np.median(values[max(0, t - reach):t + reach + 1]) for t in range(len(values))]


STEPS = {
    "median": lambda x, frames, value: np.array(median(x, frames)),
    "centre": lambda x, frames, value: x + value,
    "scale": lambda x, frames, value: x * value,
    "shift": lambda x, frames, value: x[np.clip(np.arange(len(x)) + frames, 0, len(x) - 1)]}


class Features:
    def __init__(self, path):
        with open_file(path, "features") as file:
            self.ids = [text(item) for item in file["sequences/id"][:]]
            self.recordings = [text(item) for item in file["sequences/recording"][:]]
            self.splits = [text(item) for item in file["sequences/split"][:]]
            self.offset = file["sequences/offset"][:]
            self.modalities = {
                name: (group["values"][:], group["valid"][:])
                for name, group in file["modalities"].items()}

    def sequence(self, modality, index):
        """Values and validity `[T, D]` of a frame-level modality."""
        rows = slice(self.offset[index], self.offset[index + 1])
        values, valid = (array[rows] for array in self.modalities[modality])
        valid = valid.reshape(len(valid), -1) != 0
        return values.astype(np.float64), np.broadcast_to(valid, values.shape)


    def statistics(self, modality, index):
        """Mean and scale `[D]` of the recording that sequence `index` is part of."""
        parts = [
            self.sequence(modality, other) for other, name in enumerate(self.recordings)
            if name == self.recordings[index]]
        values, valid = (np.concatenate(part) for part in zip(*parts))
        columns = [column[flags] for column, flags in zip(values.T, valid.T)]
        mean = np.array([column.mean() if len(column) else 0 for column in columns])
        scale = np.array([column.std() if len(column) else 1 for column in columns])
        return mean, np.where(scale > 1e-6 * np.maximum(abs(mean), 1e-6), scale, 1)


class Model:
    def __init__(self, path):
        items = {}
        with open_file(path, "model") as file:
            assert text(file.attrs["state"]) == "finished"
            self.architecture = json.loads(file["architecture"][:].tobytes())
            file["weights"].visititems(items.__setitem__)
            self.weights = {name: item[:] for name, item in items.items() if hasattr(item, "shape")}
            weak = file["normalisation"][self.architecture["weak"]["name"]]
            self.mean, self.scale = weak["mean"][:], weak["scale"][:]
            self.chains = {
                target: {name: item[:] for name, item in group.items()}
                for target, group in file.get("postprocessing", {}).items()}

    def linear(self, path, x):
        return x @ self.weights[path + "/weight"].T + self.weights[path + "/bias"]

    def gru(self, path, x):
        weight, bias = self.weights[path + "/input_weight"], self.weights[path + "/input_bias"]
        recurrent = self.weights[path + "/recurrent_weight"]
        state, outputs = np.zeros(recurrent.shape[1]), []
        for frame in x @ weight.T + bias:
            r_in, z_in, n_in = np.split(frame, 3)
            r_h, z_h, n_h = np.split(recurrent @ state + self.weights[path + "/recurrent_bias"], 3)
            r, z = sigmoid(r_in + r_h), sigmoid(z_in + z_h)
            state = (1 - z) * np.tanh(n_in + r * n_h) + z * state
            outputs.append(state)
        return np.array(outputs).reshape(len(x), len(state))

    def postprocess(self, predictions, target):
        chain = self.chains.get(target, {"kind": []})
        columns = chain.get("column", [-1] * len(chain["kind"]))
        for row, kind in enumerate(chain["kind"]):
            for column in range(predictions.shape[1]):
                if columns[row] in (-1, column):
                    predictions[:, column] = STEPS[text(kind)](
                        predictions[:, column], chain["frames"][row], chain["value"][row])
        return predictions

    def norm(self, path, x):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return x * self.weights[path + "/weight"] + self.weights[path + "/bias"]

    def dense(self, path, x):
        return x @ self.weights[path + "_weight"].T + self.weights[path + "_bias"]

    def transformer(self, encoder, x):
        size, heads = encoder["hiddenSize"], encoder["attentionHeads"]
        time = np.arange(len(x))
        angle = time[:, None] / 10000 ** (np.arange(size) // 2 * 2 / size)
        v = self.linear("encoder/input", x)
        v = v + np.where(np.arange(size) % 2, np.cos(angle), np.sin(angle))
        span = encoder["attentionSpanFrames"] or len(x)
        hidden = np.where(np.abs(time[:, None] - time) <= span, 0, -np.inf)
        for path in (f"encoder/layer_{layer}" for layer in range(encoder["layerCount"])):
            parts = self.dense(path + "/attention/input", self.norm(path + "/attention_norm", v))
            q, k, u = parts.reshape(len(x), 3, heads, size // heads).transpose(1, 2, 0, 3)
            w = softmax(q @ k.swapaxes(1, 2) / np.sqrt(size / heads) + hidden)
            v = v + self.dense(path + "/attention/output", np.hstack(list(w @ u)))
            inner = self.dense(
                path + "/feed_forward/hidden", self.norm(path + "/feed_forward_norm", v))
            v = v + self.dense(path + "/feed_forward/output", np.maximum(inner, 0))
        return self.norm("encoder/norm", v)

    def recurrent(self, encoder, x):
        for layer in range(encoder["layerCount"]):
            path = f"encoder/layer_{layer}"
            outputs = [self.gru(path + "/forward", x)]
            if encoder["kind"] == "bigru":
                outputs.append(self.gru(path + "/backward", x[::-1])[::-1])
            x = np.concatenate(outputs, axis=1)
        return x

    def predict(self, values, valid, target, statistics=None):
        """Predictions `[T, C]`, or `[1, C]` for a pooled target.

        `statistics`: mean and scale of the recording, where the model scales by recording.
        """
        encoder = self.architecture["encoder"]
        head = next(item for item in self.architecture["heads"] if item["target"] == target)
        mean, scale = statistics or (self.mean, self.scale)
        assert ("normalisation" in self.architecture["weak"]) == (statistics is not None)
        x = np.where(valid, (values - mean) / scale, 0)
        layers = self.transformer if encoder["kind"] == "transformer" else self.recurrent
        x = layers(encoder, x)
        z = ACTIVATIONS[encoder["latentActivation"]](self.linear("encoder/latent", x))
        if head["pooling"] == "mean":
            z = z.mean(axis=0, keepdims=True)
        if head["hiddenSize"] > 0:
            z = np.maximum(self.linear(f"head/{target}/hidden", z), 0)
        predictions = PREDICTIONS[head["kind"]](self.linear(f"head/{target}/output", z))
        hop = self.architecture["weak"].get("hopSeconds") or 1
        delay = 0 if head["pooling"] == "mean" else int(head["delaySeconds"] / hop + 0.5)
        sources = np.maximum(np.arange(len(predictions)) - delay, 0)
        return self.postprocess(predictions[sources], target)
