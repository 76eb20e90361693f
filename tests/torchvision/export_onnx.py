"""Exports the same networks to ONNX, and what PyTorch gives on them.

    python tests/torchvision/export_onnx.py --list
    python tests/torchvision/export_onnx.py FOLDER [NAME...]
    python tests/torchvision/export_onnx.py --tiny tests/torchvision/onnx

A name says how it is written: `resnet18.old17` by torch's exporter of TorchScript in opset 17,
`resnet18.new` by the one that goes with torch.export, in the opset that it takes by itself, and
`resnet18.unfolded` by the old one with batch norms left as they are.

With `--tiny` the members are export.py's miniatures, each in one way of writing it, and one made by
hand as tf2onnx writes: channels last, padding by rule, names in scopes. PyTorch's numbers lie with
export.py's own.

Writes NAME.onnx and NAME.npz, whose arrays are those of export.py. Needs onnx and onnxscript beside
what that needs.
"""

import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import export as of

TINY = [
    "resnet.old13",
    "resnet.new",
    "densenet.old17",
    "shufflenet_v2.new",
    "shufflenet_v2.open_batch",
    "regnet_y.old11",
    "mobilenet_v2.old17",
    "convnext.half",
    "mobilenet_v3.new",
    "inception.old13",
    "vit.old17",
    "vit.new",
    "swin.new",
    "maxvit.new",
    "gem.new",
    "gem.old17",
    "gem_capped.new",
    "convnext.old11",
    "tf_like",
]


def write(model, x, path, way):
    options = dict(dynamo=False, opset_version=17)
    if way.startswith("old"):
        options["opset_version"] = int(way.removeprefix("old"))
    elif way.startswith("new"):
        newest = way.removeprefix("new")
        options = dict(dynamo=True, external_data=False)
        if newest:
            options["opset_version"] = int(newest)
    elif way == "open_batch":
        options |= dict(input_names=["x"], dynamic_axes={"x": {0: "batch"}})
    elif way == "unfolded":
        # Elsewhere batch norms are multiplied into convolutions.
        options |= dict(training=torch.onnx.TrainingMode.PRESERVE)
    elif way == "half":
        model, x = model.half(), x.half()
    # The old exporter knows no attention in one operation.
    torch.backends.mha.set_fastpath_enabled(not way.startswith("old"))
    torch.onnx.export(model, (x,), path, verbose=False, **options)


def slim(path):
    """Without what tells where in the exporter's code a node came from."""
    model = onnx.load(path)
    kept = ("pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy", "pkg.onnxscript.rewriter.rule_name", "pkg.torch.onnx.fx_node")
    for node in model.graph.node:
        notes = {note.key: note.value for note in node.metadata_props if note.key in kept}
        del node.metadata_props[:]
        for key, value in notes.items():
            node.metadata_props.add(key=key, value=value)
        node.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    onnx.save(model, path)


def export(name, folder, tiny):
    network, way = name.rsplit(".", 1)
    torch.manual_seed(0)
    model = of.TINY[network]() if tiny else of.MODELS[network]()
    size = of.TINY_SIZE if tiny else of.size_of(network, model)
    model = of.randomise(model, size, seed=sum(map(ord, network)))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    path = folder / f"{name}.onnx"
    write(model, x, path, way)
    if tiny:
        slim(path)
    # export.py has written the same of the same network, save for halves, which are computed in
    # single precision of the weights as they are kept.
    if not tiny or way == "half":
        np.savez(folder / f"{name}.npz", **of.goldens(model.float(), x))
    print(name)


def tf_like(folder):
    """What tf2onnx makes of a Keras model: `[N, H, W, 3]`, a transposition to the front, padding by
    rule, names in scopes under the model's own, probabilities at the end."""
    generator = torch.Generator().manual_seed(5)
    draw = lambda *size: torch.randn(*size, generator=generator) * (2 / np.prod(size[1:])) ** 0.5
    weights = {"conv1": draw(8, 3, 3, 3), "conv2": draw(16, 8, 3, 3), "dense": draw(4, 16)}
    bias = torch.randn(8, generator=generator) * 0.1

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.last = torch.nn.Identity()

        def forward(self, x):
            pad = torch.nn.functional.pad
            x = torch.nn.functional.conv2d(pad(x, (0, 1, 0, 1)), weights["conv1"], bias, 2)
            x = torch.nn.functional.relu6(x)
            x = torch.nn.functional.max_pool2d(pad(x, (0, 1, 0, 1), value=-torch.inf), 3, 2)
            x = torch.nn.functional.conv2d(x, weights["conv2"], None, 1, 1)
            x = torch.nn.functional.leaky_relu(x, 0.2)
            self.kept = x
            return x.mean((2, 3)) @ weights["dense"].T

    nodes = []

    def node(op, name, inputs, **attributes):
        output = f"{name}:0"
        nodes.append(helper.make_node(op, inputs, [output], name=name, **attributes))
        return output

    t = node("Transpose", "keras/conv1/Conv2D__6", ["input_1"], perm=[0, 3, 1, 2])
    t = node("Conv", "keras/conv1/Conv2D", [t, "conv1", "bias"], strides=[2, 2], auto_pad="SAME_UPPER")
    t = node("Clip", "keras/act1/Relu6", [t, "nought", "six"])
    t = node("MaxPool", "keras/pool/MaxPool", [t], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    t = node("Conv", "keras/conv2/Conv2D", [t, "conv2"], auto_pad="SAME_UPPER", kernel_shape=[3, 3])
    t = node("LeakyRelu", "keras/act2/LeakyRelu", [t], alpha=0.2)
    t = node("Transpose", "keras/act2/LeakyRelu__30", [t], perm=[0, 2, 3, 1])
    t = node("ReduceMean", "keras/gap/Mean", [t], axes=[1, 2], keepdims=0)
    t = node("MatMul", "keras/predictions/MatMul", [t, "dense"])
    t = node("Softmax", "keras/predictions/Softmax", [t])
    nodes.append(helper.make_node("Identity", [t], ["predictions"]))
    constants = {
        "conv1": weights["conv1"].numpy(),
        "conv2": weights["conv2"].numpy(),
        "dense": weights["dense"].T.contiguous().numpy(),
        "bias": bias.numpy(),
        "nought": np.float32(0),
        "six": np.float32(6),
    }
    graph = helper.make_graph(
        nodes,
        "tf2onnx",
        [helper.make_tensor_value_info("input_1", TensorProto.FLOAT, ["N", 32, 32, 3])],
        [helper.make_tensor_value_info("predictions", TensorProto.FLOAT, ["N", 4])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="tf2onnx")
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, folder / "tf_like.onnx")

    net = Net()
    x = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    index = int(net(x)[0].argmax())
    asked = x.clone().requires_grad_()
    logits = net(asked)[0]
    (gradient,) = torch.autograd.grad(logits[index], net.kept)
    cam = (gradient.mean((2, 3), keepdim=True) * net.kept).sum(1).relu()[0]
    with of.guided():
        guided_backprop = of.input_gradient(net, x, index)
    np.savez(
        folder / "tf_like.npz",
        input=x.numpy(),
        logits=logits.detach().numpy(),
        class_index=np.int64(index),
        layer=np.frombuffer(b"act2", dtype=np.uint8),
        activation=net.kept[0].detach().numpy(),
        grad_cam=cam.detach().numpy(),
        gradient=of.input_gradient(net, x, index).numpy(),
        guided_backprop=guided_backprop.numpy(),
    )


def main():
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "--list":
        print("\n".join(f"{name}.{way}" for name in of.MODELS for way in ("unfolded", "old13", "new")))
        return
    tiny = sys.argv[1] == "--tiny"
    folder, *names = sys.argv[2:] if tiny else sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (TINY if tiny else []):
        try:
            (tf_like(folder) if name == "tf_like" else export(name, folder, tiny))
        except Exception as error:
            print("NOT", name, str(error)[:300])


if __name__ == "__main__":
    main()
