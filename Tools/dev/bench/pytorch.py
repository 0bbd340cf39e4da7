#!/usr/bin/env python3
"""The reference workload in PyTorch: one CM-StEW step-2 epoch, as JSON lines.

Weak 168 and strong 88 features, 256 windows of 150 frames, batch 32; Bi-GRU of 2 layers x 64 per
direction and latent 64 in both branches; the strong encoder is frozen and runs forward in every
step; a one-layer Bi-GRU decoder back to 88; loss 1 - CCC + correlation on frames + translation;
dropout 0.1; Adam.
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn

WEAK, STRONG, HIDDEN, LATENT = 168, 88, 64, 64
WINDOWS, FRAMES, BATCH, RIDGE = 256, 150, 32, 1e-3


class Encoder(nn.Module):
    """Two Bi-GRU layers and a projection to the latent."""

    def __init__(self, features):
        super().__init__()
        self.gru = nn.GRU(
            features, HIDDEN, num_layers=2, bidirectional=True, batch_first=True, dropout=0.1
        )
        self.dropout = nn.Dropout(0.1)
        self.latent = nn.Linear(2 * HIDDEN, LATENT)

    def forward(self, x):
        return torch.tanh(self.latent(self.dropout(self.gru(x)[0])))


class Decoder(nn.Module):
    """One Bi-GRU layer from the weak latent back to the strong features."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(LATENT, HIDDEN, bidirectional=True, batch_first=True)
        self.output = nn.Linear(2 * HIDDEN, STRONG)

    def forward(self, z):
        return self.output(self.gru(z)[0])


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    weak = torch.randn(WINDOWS, FRAMES, WEAK)
    strong = torch.randn(WINDOWS, FRAMES, STRONG)
    target = torch.randn(WINDOWS, FRAMES, 1)
    encoder, head, decoder = Encoder(WEAK), nn.Linear(LATENT, 1), Decoder()
    teacher = Encoder(STRONG).eval()
    trained = [p for module in (encoder, head, decoder) for p in module.parameters()]
    optimiser = torch.optim.Adam(trained, lr=1e-3)
    seconds = []
    for _ in range(options.epochs + 1):
        order = torch.randperm(WINDOWS)
        begin = time.perf_counter()
        epoch(weak, strong, target, (encoder, head, decoder, teacher), optimiser, order)
        seconds.append(time.perf_counter() - begin)
    print(
        json.dumps(
            {
                "workload": "bigru-step2-epoch",
                "library": f"pytorch {torch.__version__}",
                "threads": options.threads,
                "median_seconds": statistics.median(seconds[1:]),
                "minimum_seconds": min(seconds[1:]),
                "runs": options.epochs,
            }
        )
    )


if __name__ == "__main__":
    main()
