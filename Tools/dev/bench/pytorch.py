#!/usr/bin/env python3
"""The reference workloads in PyTorch, as JSON lines; `cmkt-bench` runs the same.

Step 2: one CM-StEW epoch. Weak 168 and strong 88 features, 256 windows of 150 frames, batch 32,
latent 64 in both branches; the strong encoder is frozen and runs forward in every step; a one-layer
decoder back to 88; loss 1 - CCC + correlation on frames + translation; dropout 0.1; Adam. Layers:
Bi-GRU, encoders 2 x 64 per direction; or transformer, width 128, 4 heads, dense 512, pre-norm.
Evaluate: the weak encoder and the head on one recording of 7501 frames.
"""
import argparse
import json
import math
import resource
import statistics
import time

import torch
from torch import nn

WEAK, STRONG, HIDDEN, LATENT = 168, 88, 64, 64
WIDTH, HEADS, DENSE = 128, 4, 512
WINDOWS, FRAMES, BATCH, RIDGE = 256, 150, 32, 1e-3
RECORDING = 7501


class GRU(nn.Module):
    """Bi-GRU layers."""

    width = 2 * HIDDEN

    def __init__(self, features, layers, dropout):
        super().__init__()
        self.gru = nn.GRU(
            features, HIDDEN, num_layers=layers, bidirectional=True, batch_first=True,
            dropout=dropout if layers > 1 else 0,
        )

    def forward(self, x):
        return self.gru(x)[0]


class TransformerLayer(nn.Module):
    """Self-attention and a dense part, normalised before each."""

    def __init__(self, dropout):
        super().__init__()
        self.attention_norm, self.dense_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.input, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.hidden, self.dense = nn.Linear(WIDTH, DENSE), nn.Linear(DENSE, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        count, frames, _ = x.shape
        parts = self.input(self.attention_norm(x)).view(count, frames, 3, HEADS, WIDTH // HEADS)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(q, k, v)
        seen = seen.transpose(1, 2).reshape(count, frames, WIDTH)
        x = x + self.dropout(self.output(seen))
        hidden = self.dropout(nn.functional.relu(self.hidden(self.dense_norm(x))))
        return x + self.dropout(self.dense(hidden))


class Transformer(nn.Module):
    """An input projection with sinusoidal positions, layers, and a norm."""

    width = WIDTH

    def __init__(self, features, layers, dropout):
        super().__init__()
        self.input = nn.Linear(features, WIDTH)
        self.layers = nn.Sequential(*(TransformerLayer(dropout) for _ in range(layers)))
        self.norm = nn.LayerNorm(WIDTH)
        angle = torch.arange(RECORDING)[:, None] * torch.exp(
            torch.arange(0, WIDTH, 2) * (-math.log(10000.0) / WIDTH))
        positions = torch.stack([torch.sin(angle), torch.cos(angle)], dim=-1).flatten(1)
        self.register_buffer("positions", positions)

    def forward(self, x):
        return self.norm(self.layers(self.input(x) + self.positions[: x.shape[1]]))


class Encoder(nn.Module):
    """Two layers and a projection to the latent."""

    def __init__(self, kind, features):
        super().__init__()
        self.layers = kind(features, 2, 0.1)
        self.dropout = nn.Dropout(0.1)
        self.latent = nn.Linear(kind.width, LATENT)

    def forward(self, x):
        return torch.tanh(self.latent(self.dropout(self.layers(x))))


class Decoder(nn.Module):
    """One layer from the weak latent back to the strong features."""

    def __init__(self, kind):
        super().__init__()
        self.layers = kind(LATENT, 1, 0.0)
        self.output = nn.Linear(kind.width, STRONG)

    def forward(self, z):
        return self.output(self.layers(z))


def concordance_loss(p, y):
    p, y = p.flatten(), y.flatten()
    covariance = ((p - p.mean()) * (y - y.mean())).mean()
    difference = (p.mean() - y.mean()) ** 2
    return 1 - 2 * covariance / (p.var(unbiased=False) + y.var(unbiased=False) + difference)


def correlation_loss(a, b):
    """Minus the trace norm of the whitened cross-covariance, over the number of dimensions."""
    a, b = (x.flatten(0, 1) for x in (a, b))
    a, b = a - a.mean(0), b - b.mean(0)
    count = a.shape[0] - 1
    eye = torch.eye(LATENT, dtype=torch.float64)
    aa, ab, bb = ((x.T @ y).double() / count for x, y in ((a, a), (a, b), (b, b)))
    la, lb = (torch.linalg.cholesky(s + RIDGE * eye) for s in (aa, bb))
    left = torch.linalg.solve_triangular(la, ab, upper=False)
    whitened = torch.linalg.solve_triangular(lb, left.T, upper=False)
    return -torch.linalg.svdvals(whitened).sum() / LATENT


def epoch(weak, strong, target, modules, optimiser, order):
    encoder, head, decoder, teacher = modules
    for start in range(0, WINDOWS, BATCH):
        rows = order[start : start + BATCH]
        with torch.no_grad():
            strong_latent = teacher(strong[rows])
        z = encoder(weak[rows])
        loss = concordance_loss(head(z), target[rows])
        loss = loss + correlation_loss(z, strong_latent)
        loss = loss + nn.functional.mse_loss(decoder(z), strong[rows])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()


def step2(kind):
    """A function that runs one epoch."""
    weak = torch.randn(WINDOWS, FRAMES, WEAK)
    strong = torch.randn(WINDOWS, FRAMES, STRONG)
    target = torch.randn(WINDOWS, FRAMES, 1)
    encoder, head, decoder = Encoder(kind, WEAK), nn.Linear(LATENT, 1), Decoder(kind)
    teacher = Encoder(kind, STRONG).eval()
    trained = [p for module in (encoder, head, decoder) for p in module.parameters()]
    optimiser = torch.optim.Adam(trained, lr=1e-3)
    modules = (encoder, head, decoder, teacher)
    return lambda: epoch(weak, strong, target, modules, optimiser, torch.randperm(WINDOWS))


def evaluate(kind):
    """A function that predicts one recording."""
    recording = torch.randn(1, RECORDING, WEAK)
    model = nn.Sequential(Encoder(kind, WEAK), nn.Linear(LATENT, 1)).eval()

    def run():
        with torch.inference_mode():
            model(recording)

    return run


WORKLOADS = {
    "bigru-step2-epoch": (step2, GRU),
    "transformer-step2-epoch": (step2, Transformer),
    "bigru-evaluate-7501": (evaluate, GRU),
    "transformer-evaluate-7501": (evaluate, Transformer),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    make, kind = WORKLOADS[options.workload]
    run = make(kind)
    seconds = []
    for _ in range(options.runs + 1):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    print(
        json.dumps(
            {
                "workload": options.workload,
                "library": f"pytorch {torch.__version__}",
                "threads": options.threads,
                "median_seconds": statistics.median(seconds[1:]),
                "minimum_seconds": min(seconds[1:]),
                "runs": options.runs,
                "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
