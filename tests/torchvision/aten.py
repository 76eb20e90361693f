"""Exports one tiny module for each ATen operator, with the logits and the gradient that PyTorch gives.

    python tests/torchvision/aten.py tests/torchvision/aten/values.py ...

Each file of `tests/torchvision/aten` lists the cases of one family; its archive, with the ending `.zip.gz`, is
written beside it. A case is exported twice: as `torch.export.export` gives it, and decomposed to Core ATen where
that brings in operators that no case before it has. An archive holds `NAME.pt2` and `NAME.f32`: the logits, and the
gradient at the picture of their sum weighted by cos(0.7 · class). `src/model/format/pt2/tests/table.rs` compares.

Needs numpy and torch.
"""

import gzip
import importlib.util
import io
import json
import pathlib
import sys
import warnings
import zipfile

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")


def picture(shape):
    """Values of both signs that floats hold exactly, none of them where a rectifier has a kink."""
    count = torch.arange(int(np.prod(shape)))
    return ((count * 37 % 101 - 50) / 16 + 1 / 64).float().reshape(shape)


def some(*shape):
    """Weights."""
    count = torch.arange(int(np.prod(shape)))
    return ((count * 29 % 47 - 20) / 16).float().reshape(shape)


class Case(nn.Module):
    """Anything that takes a picture and returns a tensor or several, as a network with one row of logits."""

    def __init__(self, body, constants):
        super().__init__()
        self.body = body
        for index, constant in enumerate(constants):
            self.register_buffer(f"c{index}", constant)
        self.count = len(constants)

    def forward(self, x):
        made = self.body(x, *[getattr(self, f"c{index}") for index in range(self.count)])
        made = made if isinstance(made, (list, tuple)) else [made]
        rows = []
        for value in made:
            row = value.float().reshape(1, -1)
            # A constant would be the same for every picture.
            rows.append(row if value.requires_grad else row + x.mean())
        # A softmax that ended it would be skipped.
        return torch.cat([*rows, x.reshape(1, -1)[:, :2] * 2.0], 1)


class Cases:
    def __init__(self):
        self.all = {}

    def __call__(self, name, body, *constants, shape=(1, 3, 4, 5), core=True):
        """`body` is a function or a module; `constants` are tensors it takes beside the picture. With `core`
        it is also exported to Core ATen where that brings in new operators."""
        assert name not in self.all, name
        self.all[name] = (Case(body, constants).eval(), shape, core)


def stripped(archive):
    """The same archive without what the reader does not need: stack traces, samples."""
    packed = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.namelist():
            if "sample_inputs" in entry or entry.endswith(("/version", "byteorder", ".data/serialization_id")):
                continue
            data = old.read(entry)
            if entry.endswith("models/model.json"):
                program = json.loads(data)
                strip(program["graph_module"])
                data = json.dumps(program, separators=(",", ":")).encode()
            # Without a date: always the same bytes.
            new.writestr(zipfile.ZipInfo(entry), data)
    return packed.getvalue()


def strip(module):
    module.pop("module_call_graph", None)
    module.pop("metadata", None)
    graph = module["graph"]
    for node in graph["nodes"]:
        node["metadata"] = {}
        for given in node["inputs"]:
            if "as_graph" in given["arg"]:
                strip({"graph": given["arg"]["as_graph"]["graph"]})


def targets(program):
    return {str(node.target) for node in program.graph.nodes if node.op == "call_function"}


def saved(program):
    file = io.BytesIO()
    torch.export.save(program, file)
    return stripped(file)


def answer(module, shape):
    x = picture(shape).requires_grad_(True)
    logits = module(x)
    assert logits.shape[1] > 1 and logits.isfinite().all(), logits
    weights = torch.cos(torch.arange(logits.shape[1]).double() * 0.7).float()
    (gradient,) = torch.autograd.grad((logits * weights).sum(), x)
    assert gradient.isfinite().all(), gradient
    return torch.cat([logits.detach().reshape(-1), gradient.reshape(-1)]).numpy().astype("<f4").tobytes()


def exports(cases):
    seen = set()
    for name, (module, shape, with_core) in cases.all.items():
        try:
            answered = answer(module, shape)
            x = picture(shape).requires_grad_(True)
            program = torch.export.export(module, (x,))
            core = program.run_decompositions() if with_core else program
        except Exception as error:
            sys.exit(f"{name}: {error}")
        used = targets(program)
        yield name, saved(program), answered
        seen |= used
        if not targets(core) <= seen:
            seen |= targets(core)
            yield f"{name}, core", saved(core), answered


def main(paths):
    for path in map(pathlib.Path, paths):
        torch.manual_seed(0)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        family = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(family)
        cases = Cases()
        family.cases(cases)
        packed, count = io.BytesIO(), 0
        with zipfile.ZipFile(packed, "w") as archive:
            for name, program, answered in exports(cases):
                archive.writestr(zipfile.ZipInfo(f"{name}.pt2"), program)
                archive.writestr(zipfile.ZipInfo(f"{name}.f32"), answered)
                count += 1
        packed = gzip.compress(packed.getvalue(), mtime=0)
        path.with_suffix(".zip.gz").write_bytes(packed)
        print(f"{path.stem}: {count} programs of {len(cases.all)} cases, {len(packed) // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
