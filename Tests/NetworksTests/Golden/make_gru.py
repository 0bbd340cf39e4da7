"""Writes gru.json: a bidirectional GRU of two layers by PyTorch, on three padded sequences.

Run with a Python that has torch; the version stands in the file.
"""

import json
import pathlib

import torch

torch.manual_seed(5)
LENGTHS, INPUT, HIDDEN = [5, 2, 4], 3, 4
gru = torch.nn.GRU(INPUT, HIDDEN, num_layers=2, bidirectional=True, batch_first=True)
x = [torch.randn(length, INPUT) for length in LENGTHS]
packed = torch.nn.utils.rnn.pack_sequence(x, enforce_sorted=False)
output, _ = torch.nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True)
frames = torch.cat([output[i, :length] for i, length in enumerate(LENGTHS)])
target = torch.randn_like(frames)
loss = torch.nn.functional.mse_loss(frames, target)
loss.backward()

PARTS = {"weight_ih": "input_weight", "weight_hh": "recurrent_weight",
         "bias_ih": "input_bias", "bias_hh": "recurrent_bias"}


def entry(tensor):
    return {"shape": list(tensor.shape), "elements": [float(v) for v in tensor.flatten()]}


def path(name):
    part, rest = name.split("_l")
    layer, _, direction = rest.partition("_")
    return f"encoder/layer_{layer}/{'backward' if direction else 'forward'}/{PARTS[part]}"


golden = {
    "torch": torch.__version__,
    "lengths": LENGTHS,
    "input": entry(torch.cat(x)),
    "target": entry(target),
    "output": entry(frames.detach()),
    "loss": loss.item(),
    "weights": {path(name): entry(p.detach()) for name, p in gru.named_parameters()},
    "gradients": {path(name): entry(p.grad) for name, p in gru.named_parameters()},
}
out = pathlib.Path(__file__).with_name("gru.json")
out.write_text(json.dumps(golden, sort_keys=True) + "\n")
