"""Compares our bare forward pass with PyTorch's on the same networks, in one run.

    python tests/bench/beside_pytorch.py [NAME...]

NAME is one of torchvision's classifiers, without one vgg16 and resnet50; its weights are random,
from a fixed seed. The two take turns, pass by pass, with the same number of threads, so that a slow
moment of the machine hits both; medians are compared. Needs torch 2.13 and torchvision.
"""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import torch
from torchvision import models

ROUNDS = 30
WARM_UP = 5
ROOT = pathlib.Path(__file__).parents[2]


def compare(name, folder):
    torch.manual_seed(0)
    model = models.get_model(name).eval()
    sample = torch.rand(1, 3, 224, 224)
    path = folder / f"{name}.pt2"
    torch.export.save(torch.export.export(model, (sample,)), path)

    ours = subprocess.Popen(
        ["cargo", "bench", "--quiet", "--bench", "pass", "--", str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    threads = int(ours.stdout.readline().split()[0])
    torch.set_num_threads(threads)
    times = {"ours": [], "PyTorch's": []}
    with torch.no_grad():
        for round in range(WARM_UP + ROUNDS):
            print(file=ours.stdin, flush=True)
            our_ms = float(ours.stdout.readline())
            # Threads that have just worked keep their cores busy for a moment.
            time.sleep(0.05)
            start = time.perf_counter()
            model(sample)
            their_ms = (time.perf_counter() - start) * 1e3
            time.sleep(0.05)
            if round >= WARM_UP:
                times["ours"].append(our_ms)
                times["PyTorch's"].append(their_ms)
    ours.stdin.close()
    ours.wait()
    path.unlink()
    ours, theirs = (statistics.median(times[whose]) for whose in ("ours", "PyTorch's"))
    print(
        f"{name:20} ours {ours:8.1f} ms   PyTorch's {theirs:8.1f} ms   ratio {ours / theirs:.2f}"
        f"   ({threads} threads)"
    )


def main():
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or ["vgg16", "resnet50"]:
            compare(name, pathlib.Path(folder))


main()
