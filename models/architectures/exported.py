"""One network as torch.export writes it, without weights: what of it the program reads."""

import base64
import json
import struct
import types
import warnings
from contextlib import contextmanager

import torch
from named import names, path, rename
from torch import nn
from torch._export.serde.serialize import serialize

# Counts batches in training.
COUNTER = "num_batches_tracked"
# Arguments that say where a tensor is kept, not what it holds.
PLACES = ("device", "layout", "pin_memory")
# As torch.export numbers kinds of numbers.
INT64 = 5


@contextmanager
def without_starting_values():
    """Networks are put together sooner without the random numbers that their weights begin with."""
    kept = {}
    for name in dir(nn.init):
        if name.endswith("_") and not name.startswith("_"):
            kept[name] = getattr(nn.init, name)
            setattr(nn.init, name, lambda tensor, *_, **__: tensor)
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(nn.init, name, function)


def logits_alone(model):
    """`model`, whose forward hands out a tensor. It stays the root of its own module tree."""
    forward = type(model).forward

    def logits(self, pixel_values):
        out = forward(self, pixel_values)
        return out if isinstance(out, torch.Tensor) else out.logits

    model.forward = types.MethodType(logits, model)
    return model


def build(make, device="meta"):
    try:
        with without_starting_values(), torch.device(device):
            return make().eval().requires_grad_(False)
    except (NotImplementedError, RuntimeError):
        # Widths of some are worked out with tensors, which have to have values.
        if device == "cpu":
            raise
        return build(make, "cpu")


def shapes(model):
    """The tensors of its state dict."""
    tensors = model.state_dict().items()
    return {name: list(tensor.shape) for name, tensor in tensors if not name.endswith(COUNTER)}


def export(make, size, channels=3):
    """The raw network: its nodes, tensors, and the values of what no file of weights has."""
    warnings.filterwarnings("ignore")
    # Constants have values, which nothing on the meta device has.
    model = build(make, "cpu")
    picture = torch.rand(1, channels, size, size)
    with torch.no_grad():
        program = torch.export.export(logits_alone(model), (picture,))
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
            {"name": given["name"], "arg": given["arg"]} for given in node["inputs"] if given["name"] not in PLACES
        ]
        stack = node["metadata"].get("nn_module_stack")
        nodes.append({
            "target": node["target"],
            "name": node["name"],
            "inputs": inputs,
            "outputs": node["outputs"],
            "metadata": {"nn_module_stack": stack} if stack else {},
        })
    specs, constants = [], {}
    state = program.state_dict
    for spec in module["signature"]["input_specs"]:
        [(kind, about)] = spec.items()
        if about.get("buffer_name", "").endswith(COUNTER):
            continue
        name = about.get("buffer_name") or about.get("tensor_constant_name")
        if kind == "tensor_constant" or (kind == "buffer" and not about.get("persistent", True)):
            constants[name] = constant(program.constants[name])
            # To a reader of weights it is a buffer like any other.
            spec = {"buffer": {"arg": about["arg"], "buffer_name": name, "persistent": True}}
        specs.append(spec)
    ends = [spec["user_input"]["arg"]["as_tensor"]["name"] for spec in specs if "user_input" in spec]
    outputs = module["signature"]["output_specs"]
    ends += [spec["user_output"]["arg"]["as_tensor"]["name"] for spec in outputs if "user_output" in spec]
    values = module["graph"]["tensor_values"]
    numbers_in_place(nodes, specs, constants)
    nodes, outputs = without_layout(nodes, outputs)
    return {
        "schema_version": written["schema_version"],
        "torch_version": written["torch_version"],
        "nodes": nodes,
        "values": {name: {"dtype": values[name]["dtype"], "sizes": values[name]["sizes"]} for name in ends},
        "inputs": specs,
        "outputs": outputs,
        "tensors": shapes(model),
        "integers": [name for name, tensor in state.items() if not tensor.is_floating_point() and not name.endswith(COUNTER)],
        "constants": constants,
        "children": [name for name, _ in model.named_children()],
        "measured": {name: [size["as_int"] for size in value["sizes"]] for name, value in values.items() if all("as_int" in size for size in value["sizes"])},
    }


def without_layout(nodes, outputs):
    """Without what says how values lie in memory, which depends on sizes: whether there is one head, for one."""
    written = {path(node) for node in nodes if node["target"].split(".")[-2].endswith("_")}
    new, kept = {}, []
    for node in nodes:
        node = node | {"inputs": rename(node["inputs"], lambda name: new.get(name, name))}
        if node["target"] == "torch.ops.aten.contiguous.default" and path(node) not in written:
            [of] = names(node["inputs"])
            [name] = names(node["outputs"])
            new[name] = of
            continue
        if node["target"] == "torch.ops.aten.view.default":
            [of, size] = node["inputs"]
            node |= {"target": "torch.ops.aten.reshape.default", "inputs": [of, {"name": "shape", "arg": size["arg"]}]}
        kept.append(node)
    return kept, rename(outputs, lambda name: new.get(name, name))


def numbers_in_place(nodes, specs, constants):
    """Constants that are one whole number are written where they are used, so that they can be fitted."""
    single = {}
    for spec in list(specs):
        [about] = spec.values()
        given = constants.get(about.get("buffer_name"))
        if given and given["sizes"] == [] and given["dtype"] == "int64":
            [value] = struct.unpack("<q", base64.b64decode(given["data"]))
            single[about["arg"]["name"]] = (value, spec, about["buffer_name"])
    readers = {}
    for node in nodes:
        for name in names(node["inputs"]):
            readers.setdefault(name, []).append(node)
    for name, (value, spec, buffer) in single.items():
        if any(not node["target"].startswith("torch.ops.aten.lift_fresh_copy") for node in readers.get(name, [])):
            continue
        for node in readers.get(name, []):
            node["target"] = "torch.ops.aten.full.default"
            node["inputs"] = [
                {"name": "size", "arg": {"as_ints": []}},
                {"name": "fill_value", "arg": {"as_int": value}},
                {"name": "dtype", "arg": {"as_scalar_type": INT64}},
            ]
        specs.remove(spec)
        del constants[buffer]


def constant(tensor):
    tensor = tensor.contiguous()
    assert tensor.numel() < 1 << 22, tensor.shape
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "sizes": list(tensor.shape),
        "data": base64.b64encode(tensor.numpy().tobytes()).decode(),
    }
