"""Makes architectures.zip: the graphs of torchvision's classifiers, without weights, by which a file
of weights alone is opened.

    python models/architectures.py [WORK [NAME...]]

Each network is put together without weights on torch's meta device, exported by torch.export, and
kept as the part of the exported program's JSON that the program reads. `index.json` has for each its
tensors with their shapes, which of them the number of classes shows in (their first axis), and how
torchvision prepares a picture for it. WORK keeps what has been exported, so that a second run goes
on where the first one ended. Needs torch 2.13 and torchvision 0.28, as in
tests/torchvision/requirements.txt; downloads nothing. torchvision is BSD-3-Clause licensed: see
architectures-BSD-3-Clause.txt.
"""

import json
import pathlib
import sys
import warnings
import zipfile
from functools import partial

import torch
from torch._export.serde.serialize import serialize
from torchvision import models

HERE = pathlib.Path(__file__).parent
# Beyond these a network is as large as anybody's memory: its graph would never be asked for.
LEFT_OUT = {"regnet_y_128gf", "vit_h_14"}
# Networks that keep branches for training, which no answer needs, and that were trained by others on
# pictures normalised in another way. With torchvision's weights the input is shifted to that way;
# built anew, it is not. The tensors are the same.
SHIFTED = {"googlenet": "googlenet_unshifted", "inception_v3": "inception_v3_unshifted"}
HINTS = {
    True: "begun from torchvision's weights, or timm's: shifts what comes in (transform_input=True)",
    False: "trained anew: takes what comes in as it is (transform_input=False)",
}
# Tensors that begin so belong to such branches.
AUXILIARY = ["aux1.", "aux2.", "AuxLogits."]
# Counts batches in training.
COUNTER = "num_batches_tracked"


def names():
    listed = [name for name in models.list_models(module=models) if name not in LEFT_OUT]
    return sorted(listed + list(SHIFTED.values()))


def in_torchvision(name):
    return {unshifted: name for name, unshifted in SHIFTED.items()}.get(name, name)


def build(name, classes):
    options = {}
    of = in_torchvision(name)
    if of in SHIFTED:
        options = dict(init_weights=False, aux_logits=False, transform_input=name == of)
    make = partial(models.get_model, of, weights=None, num_classes=classes, **options)
    # A RegNet's widths are worked out with tensors.
    if name.startswith("regnet"):
        return make().to("meta").eval().requires_grad_(False)
    with torch.device("meta"):
        return make().eval().requires_grad_(False)


def preparation(name):
    """In timm's keys."""
    transforms = models.get_model_weights(in_torchvision(name)).DEFAULT.transforms()
    [crop], [resize] = transforms.crop_size, transforms.resize_size
    return {
        "input_size": [3, crop, crop],
        "interpolation": transforms.interpolation.value,
        # A little less than the quotient, so that the size worked out of it is rounded down to itself.
        "crop_pct": crop / (resize + 1e-6) if crop < resize else 1,
        "mean": transforms.mean,
        "std": transforms.std,
    }


def shapes(model):
    tensors = model.state_dict().items()
    return {name: list(tensor.shape) for name, tensor in tensors if not name.endswith(COUNTER)}


def graph(program):
    """The part of the program's JSON that is read, with nothing said of tensors but what goes in and
    what comes out: that hangs on the number of classes, and is known once the weights are."""
    assert not program.constants, list(program.constants)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    written = serialize(
        program, serialize_state_dict=False, serialize_constants=False, serialize_example_inputs=False
    )
    written = json.loads(written.exported_program)
    module = written["graph_module"]
    nodes = []
    for node in module["graph"]["nodes"]:
        inputs = [
            {"name": given["name"], "arg": given["arg"]}
            for given in node["inputs"]
            if given["name"] not in ("device", "layout", "pin_memory")
        ]
        stack = node["metadata"].get("nn_module_stack")
        nodes.append({
            "target": node["target"],
            "name": node["name"],
            "inputs": inputs,
            "outputs": node["outputs"],
            "metadata": {"nn_module_stack": stack} if stack else {},
        })
    signature = module["signature"]
    inputs = [
        spec for spec in signature["input_specs"]
        if not spec.get("buffer", {}).get("buffer_name", "").endswith(COUNTER)
    ]
    assert all(spec.get("buffer", {}).get("persistent", True) for spec in inputs)
    ends = [spec["user_input"]["arg"]["as_tensor"]["name"] for spec in inputs if "user_input" in spec]
    ends += [spec["user_output"]["arg"]["as_tensor"]["name"] for spec in signature["output_specs"]]
    values = module["graph"]["tensor_values"]
    values = {
        name: {"dtype": values[name]["dtype"], "sizes": values[name]["sizes"]} for name in ends
    }
    return {
        "schema_version": written["schema_version"],
        "torch_version": written["torch_version"],
        "graph_module": {
            "graph": {"nodes": nodes, "tensor_values": values},
            "signature": {"input_specs": inputs, "output_specs": signature["output_specs"]},
        },
    }


def describe(name):
    """What the index says of a network."""
    model = build(name, 1000)
    tensors, fewer = shapes(model), shapes(build(name, 7))
    head = [tensor for tensor in tensors if tensors[tensor] != fewer[tensor]]
    assert head and all(fewer[tensor] == [7] + tensors[tensor][1:] for tensor in head), head
    state = model.state_dict()
    integers = [tensor for tensor in tensors if not state[tensor].is_floating_point()]
    about = {"name": name, "tensors": tensors, "head": head, "integers": integers}
    about["preprocess"] = preparation(name)
    if in_torchvision(name) in SHIFTED:
        about["hint"] = HINTS[name in SHIFTED]
    return about


def export(name):
    picture = torch.rand(1, *preparation(name)["input_size"], device="meta")
    return graph(torch.export.export(build(name, 1000), (picture,)))


def write(path, about, graphs):
    """The archive; its bytes hang on its contents alone."""
    entries = {"index.json": {"auxiliary": AUXILIARY, "architectures": about}}
    entries |= {f"{name}.json": written for name, written in graphs.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            text = json.dumps(content, separators=(",", ":"))
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED, 9)


def main():
    warnings.filterwarnings("ignore")
    work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/architectures")
    work.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or names():
        kept = work / f"{name}.json"
        if not kept.exists():
            kept.write_text(json.dumps(export(name)))
            print(name, flush=True)
    kept = [name for name in names() if (work / f"{name}.json").exists()]
    graphs = {name: json.loads((work / f"{name}.json").read_text()) for name in kept}
    write(HERE / "architectures.zip", [describe(name) for name in kept], graphs)


if __name__ == "__main__":
    main()
