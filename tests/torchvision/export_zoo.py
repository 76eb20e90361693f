"""Writes the ONNX model zoo's classifiers with weights made up, and what PyTorch gives on them.

    python tests/torchvision/export_zoo.py --list
    python tests/torchvision/export_zoo.py FOLDER [NAME...]

Their graphs lie among the tests of the onnx package, as Caffe2 wrote them in opset 9, with constants in
the place of weights. PyTorch runs them here operation by operation; its logits have to be those that
onnxruntime gives. Writes NAME.onnx and NAME.npz, whose arrays are those of export.py. Needs what that
needs, onnx and onnxruntime.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import numpy_helper

import export as of

GRAPHS = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def filled(model, seed):
    """The graph with weights in the place of the nodes that made them."""
    draw = np.random.default_rng(seed)
    shapes = {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}
    nodes, scales = [], set()
    unsqueezed = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Unsqueeze"}
    for node in model.graph.node:
        if node.op_type == "BatchNormalization":
            scales |= {node.input[1], node.input[4]}
        # What Caffe2 made of a batch norm's own factors.
        if node.op_type == "Mul":
            scales |= {unsqueezed.get(name) for name in node.input}
    gone = set()
    for node in model.graph.node:
        if node.op_type != "ConstantOfShape":
            nodes.append(node)
            continue
        name, shape = node.output[0], tuple(int(size) for size in shapes[node.input[0]])
        gone |= {node.input[0], name}
        if name in scales:
            values = draw.uniform(0.6, 1.4, shape)
        elif len(shape) > 1:
            values = draw.normal(size=shape) * (2 / np.prod(shape[1:])) ** 0.5
        else:
            values = draw.normal(size=shape) * 0.1
        model.graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), name))
    kept = [w for w in model.graph.initializer if w.name not in shapes or w.name not in gone]
    inputs = [value for value in model.graph.input if value.name not in gone]
    del model.graph.initializer[:], model.graph.node[:], model.graph.input[:]
    model.graph.input.extend(inputs)
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    return model


def window(attributes):
    top, left, bottom, right = attributes.get("pads", [0] * 4)
    return attributes["kernel_shape"], attributes.get("strides", [1, 1]), (left, right, top, bottom)


def apply(node, a, x, *more):
    match node.op_type:
        case "Conv":
            kernel, strides, pads = window(a)
            weight, *bias = more
            return F.conv2d(F.pad(x, pads), weight, *bias, stride=strides, groups=a.get("group", 1))
        case "BatchNormalization":
            scale, shift, mean, variance = more
            return F.batch_norm(x, mean, variance, scale, shift, False, 0, a.get("epsilon", 1e-5))
        case "MaxPool":
            kernel, strides, pads = window(a)
            return F.max_pool2d(F.pad(x, pads, value=-torch.inf), kernel, strides)
        case "AveragePool":
            kernel, strides, pads = window(a)
            # Where padding does not count, fewer do at the border.
            counted = F.pad(torch.ones_like(x), pads, value=float(a.get("count_include_pad", 0)))
            return F.avg_pool2d(F.pad(x, pads), kernel, strides) / F.avg_pool2d(counted, kernel, strides)
        case "GlobalAveragePool":
            return x.mean((2, 3), keepdim=True)
        case "LRN":
            size, alpha, beta = a["size"], a.get("alpha", 1e-4), a.get("beta", 0.75)
            return F.local_response_norm(x, size, alpha, beta, a.get("bias", 1.0))
        case "Gemm":
            weight, bias = more
            weight = weight.T if a.get("transB") else weight
            return a.get("alpha", 1.0) * (x @ weight) + a.get("beta", 1.0) * bias
        case "Reshape":
            shape = [x.shape[at] if size == 0 else int(size) for at, size in enumerate(more[0])]
            return x.reshape(shape)
        case "Unsqueeze":
            for axis in a["axes"]:
                x = x.unsqueeze(axis)
            return x
        case "Transpose":
            return x.permute(a["perm"])
        case "Concat":
            return torch.cat([x, *more], a["axis"])
        case "Sum" | "Add":
            return sum(more, x)
        case "Mul":
            return x * more[0]
        case "Relu":
            # Looked up each time: guided backpropagation puts its own there.
            return F.relu(x)
        case "Softmax" | "Dropout":
            return x
    raise ValueError(f"no {node.op_type} here")


class Graph(torch.nn.Module):
    """Runs a file's nodes one after the other, the softmax at the end left out."""

    def __init__(self, graph):
        super().__init__()
        arrays = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
        self.weights = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        self.graph = graph
        (self.picture,) = (value.name for value in graph.input if value.name not in arrays)
        self.values = {}

    def forward(self, x, calibrates=False):
        self.values = values = {**self.weights, self.picture: x}
        for node in self.graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if calibrates and node.op_type == "BatchNormalization":
                there = values[node.input[0]]
                for name, value in zip(node.input[3:], (there.mean((0, 2, 3)), there.var((0, 2, 3)))):
                    values[name].copy_(value)
            inputs = [values[name] for name in node.input]
            values[node.output[0]] = apply(node, attributes, *inputs)
        return values[self.graph.output[0].name].flatten(1)


def calibrate(net, x):
    """Batch norms expect what noise gives them, so that no value fades or grows on the way."""
    with torch.no_grad():
        net(x, calibrates=True)
    for weight in net.graph.initializer:
        weight.CopyFrom(numpy_helper.from_array(net.weights[weight.name].numpy(), weight.name))


def last_map(net):
    """The last value with places that sees the picture: its name, and the layer's."""
    last = None
    for node in net.graph.node:
        value = net.values[node.output[0]]
        if value.dim() == 4 and value.shape[2] > 1 and node.op_type not in ("Softmax", "Dropout"):
            last = node
    return last.output[0], last.name or last.output[0]


def export(name, folder):
    model = onnx.load(GRAPHS / f"{name.removesuffix('.zoo')}.onnx")
    filled(model, seed=sum(map(ord, name)))
    net = Graph(model.graph)
    generator = torch.Generator().manual_seed(1)
    calibrate(net, torch.randn(1, 3, 224, 224, generator=generator))
    x = torch.randn(1, 3, 224, 224, generator=generator)
    path = folder / f"{name}.onnx"
    onnx.save(model, path)

    asked = x.clone().requires_grad_()
    logits = net(asked)[0]
    index = int(logits.argmax())
    value, layer = last_map(net)
    there = net.values[value]
    (upstream,) = torch.autograd.grad(logits[index], there)
    cam = (upstream.mean((2, 3), keepdim=True) * there).sum(1).relu()[0]
    with of.guided():
        guided_backprop = of.input_gradient(net, x, index)
    np.savez(
        folder / f"{name}.npz",
        input=x.numpy(),
        logits=logits.detach().numpy(),
        class_index=np.int64(index),
        layer=np.frombuffer(layer.replace(".", "_").encode(), dtype=np.uint8),
        activation=there[0].detach().numpy(),
        grad_cam=cam.detach().numpy(),
        gradient=of.input_gradient(net, x, index).numpy(),
        guided_backprop=guided_backprop.numpy(),
    )
    for node in [node for node in model.graph.node if node.op_type == "Softmax"]:
        model.graph.node.remove(node)
        model.graph.output[0].name = node.input[0]
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (others,) = session.run(None, {net.picture: x.numpy()})
    apart = np.abs(others.ravel() - logits.detach().numpy()).max() / np.abs(others).max()
    print(name, layer, f"logits' spread {logits.std():.3g}, from onnxruntime's {apart:.1e}")
    assert apart < 1e-4, "PyTorch was not told to do what the file says"


def main():
    if sys.argv[1] == "--list":
        print("\n".join(sorted(f"{path.stem}.zoo" for path in GRAPHS.glob("*.onnx"))))
        return
    folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        export(name, folder)


if __name__ == "__main__":
    main()
