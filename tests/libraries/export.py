"""Exports small models of a library as its users do, with what PyTorch gives on them.

    python tests/libraries/export.py LIBRARY FOLDER [--onnx new|old] [--torchscript trace|script] [NAME...]

Writes NAME.pt2 (or NAME.onnx, or NAME.pt) and NAME.npz: `input`, `logits` (of one picture, flattened),
`class_index` and `gradient` of that logit with respect to the input. What each graph is made of, and why
one is not exported, is added to FOLDER/graphs.jsonl. Models that are there already are left alone.
Weights are random and everything that starts at nothing or at one (positions, scales of layers) is moved,
so that nothing can be misread unseen. Downloads nothing.
"""

import collections
import json
import logging
import pathlib
import signal
import sys
import time
import warnings

import numpy as np
import torch
from torch import nn

import catalogue

SECONDS = 600
NORMS = tuple(getattr(nn.modules.batchnorm, n) for n in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"))


def liven(model, x, seed):
    """Weights at He's scale, running statistics taken from noise, positions and scales that matter."""
    generator = torch.Generator().manual_seed(seed)
    seen = set()
    for module in model.modules():
        weight = getattr(module, "weight", None)
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)) and isinstance(weight, nn.Parameter):
            fan_in = weight[0].numel()
            gain = 2 if not isinstance(module, nn.Linear) else 1.5
            weight.data.normal_(0, (gain / fan_in) ** 0.5, generator=generator)
            seen.add(id(weight))
            if module.bias is not None:
                module.bias.data.normal_(0, 0.05, generator=generator)
                seen.add(id(module.bias))
        elif isinstance(module, NORMS):
            if module.affine:
                weight.data.uniform_(0.7, 1.3, generator=generator)
                module.bias.data.normal_(0, 0.1, generator=generator)
                seen |= {id(weight), id(module.bias)}
            module.reset_running_stats()
            module.momentum = None
    for name, parameter in model.named_parameters():
        if id(parameter) in seen or not parameter.is_floating_point():
            continue
        data = parameter.data
        largest = data.abs().max().item() if data.numel() else 0
        alike = data.numel() and (data == data.flatten()[0]).all().item()
        if alike and abs(largest - 1) < 1e-6:
            data.uniform_(0.8, 1.2, generator=generator)
        elif alike and largest < 0.011:
            # Scales of layers that start near nothing, biases, tables of positions.
            data.normal_(0, 0.1 if data.dim() == 1 and "bias" in name else 0.3, generator=generator)
        elif not alike and data.dim() > 1 and data.std() < 0.05 and ("pos" in name or "token" in name or "bias" in name):
            data.mul_(0.2 / data.std())
    for module in model.modules():
        module.train(isinstance(module, NORMS))
    with torch.no_grad():
        noise = torch.randn(2, *x.shape[1:], generator=generator)
        try:
            model(noise)
        except Exception:
            model(x)
    for module in model.modules():
        if isinstance(module, NORMS) and module.running_var is not None:
            module.running_var.mul_(torch.empty_like(module.running_var).uniform_(0.8, 1.25, generator=generator))
    return model.eval()


class Straight(torch.autograd.Function):
    """Nothing, but that gradients come back laid out in memory as the value is."""

    @staticmethod
    def forward(ctx, x, like):
        last = like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last) and not like.is_contiguous()
        ctx.format = torch.channels_last if last else torch.contiguous_format
        return x.clone()

    @staticmethod
    def backward(ctx, upstream):
        return upstream.contiguous(memory_format=ctx.format), None


class straight:
    """While it lasts, gradients reach batch norms laid out as their inputs. On CPUs PyTorch's own adjoint is
    wrong otherwise (2.13): behind `flatten(2).transpose(1, 2)`, as in LeViT, EfficientFormer and CvT. Finite
    differences tell which is right."""

    def __enter__(self):
        self.kept = nn.functional.batch_norm
        nn.functional.batch_norm = lambda x, *args, **kwargs: Straight.apply(self.kept(x, *args, **kwargs), x)

    def __exit__(self, *_):
        nn.functional.batch_norm = self.kept


def logits_of(out):
    if isinstance(out, torch.Tensor):
        return out
    if hasattr(out, "logits"):
        return out.logits
    if isinstance(out, dict):
        return out.get("out", next(iter(out.values())))
    tensors = [part for part in out if isinstance(part, torch.Tensor)]
    # ultralytics: probabilities, then logits of the same.
    return tensors[1] if len(tensors) > 1 and tensors[1].shape == tensors[0].shape else tensors[0]


def score_of(logits, index=None):
    """One row of classes; of a map the mean over it."""
    return logits.flatten(2).mean(2)[0] if logits.dim() > 2 else logits.reshape(-1)


def goldens(model, x):
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        logits = logits_of(model(x))
    scores = score_of(logits)
    index = int(scores.argmax())
    grown = x.clone().requires_grad_()
    with straight():
        score_of(logits_of(model(grown)))[index].backward()
    return dict(
        input=x.numpy(),
        logits=scores.detach().numpy(),
        output=logits.detach().numpy().astype(np.float32),
        class_index=np.int64(index),
        gradient=grown.grad[0].numpy(),
    )


def graphs(module):
    for each in module.modules():
        if isinstance(each, torch.fx.GraphModule):
            yield each.graph


def operations(program):
    counts = collections.Counter()
    for graph in graphs(program.graph_module):
        for node in graph.nodes:
            if node.op == "call_function":
                target = node.target
                counts[str(target) if hasattr(target, "_schema") else getattr(target, "__qualname__", str(target))] += 1
                if hasattr(target, "__module__") and not hasattr(target, "_schema"):
                    pass
    return dict(counts)


def late(*_):
    raise TimeoutError("longer than is waited for")


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    library, folder, *names = sys.argv[1:]
    onnx = None
    if names[:1] == ["--onnx"]:
        onnx, names = names[1], names[2:]
    script = None
    if names[:1] == ["--torchscript"]:
        script, names = names[1], names[2:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGALRM, late)
    models = catalogue.LIBRARIES[library]()
    for name in names or models:
        path = folder / f"{name}{'.onnx' if onnx else '.pt' if script else '.pt2'}"
        if (folder / f"{name}.npz").is_file() and not names:
            continue
        began = time.monotonic()
        row = dict(library=library, name=name)
        stage = "build"
        spent = {}
        mark = time.process_time()

        def lap(name):
            nonlocal mark
            spent[name], mark = round(time.process_time() - mark, 1), time.process_time()

        signal.alarm(SECONDS)
        try:
            torch.manual_seed(0)
            model, size = models[name]()
            x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1)) if isinstance(size, int) else size
            if isinstance(x, dict):
                raise NotImplementedError("its input is no picture but " + ", ".join(x))
            stage = "run"
            lap("build")
            model.eval()
            liven(model, x, seed=sum(map(ord, name)))
            stage = "export"
            lap("run")
            if onnx:
                row["ops"] = write_onnx(model, x, path, onnx)
            elif script:
                written = torch.jit.script(model) if script == "script" else torch.jit.trace(model, x, check_trace=False)
                torch.jit.save(written, path)
            else:
                program = torch.export.export(model, (x,))
                row["ops"] = operations(program)
                torch.export.save(program, path)
            stage = "goldens"
            lap("export")
            arrays = goldens(getattr(model, "explained", model), x)
            row["classes"] = list(arrays["output"].shape)
            row["spread"] = float(arrays["logits"].std())
            row["slope"] = float(np.abs(arrays["gradient"]).max())
            np.savez(folder / f"{name}.npz", **arrays)
            lap("goldens")
            stage = None
        except Exception as error:
            row |= dict(stage=stage, error=f"{type(error).__name__}: {error}"[:500])
        finally:
            signal.alarm(0)
        row["seconds"] = round(time.monotonic() - began, 1)
        row["megabytes"] = round(path.stat().st_size / 1e6, 1) if path.is_file() else None
        with open(folder / "graphs.jsonl", "a") as out:
            out.write(json.dumps(row) + "\n")
        print(name, stage or "ok", row.get("error", "")[:150].replace("\n", " "), row["seconds"], row["megabytes"],
              row.get("spread"), row.get("slope"), spent, flush=True)


def write_onnx(model, x, path, way):
    import onnx

    if way == "new":
        torch.onnx.export(model, (x,), path, dynamo=True, external_data=False, verbose=False)
    else:
        torch.backends.mha.set_fastpath_enabled(False)
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17)
    written = onnx.load(path)
    counts = collections.Counter()

    def count(graph):
        for node in graph.node:
            counts[f"{node.domain}::{node.op_type}" if node.domain else node.op_type] += 1
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    count(attribute.g)

    count(written.graph)
    for function in written.functions:
        count(function)
    return dict(counts)


if __name__ == "__main__":
    main()
