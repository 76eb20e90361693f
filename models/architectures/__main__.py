"""Makes architectures.zip: graphs without weights, by which a file of weights alone is opened.

    python models/architectures [WORK [NAME...]]

Each network is put together with torchvision, timm or transformers, exported by torch.export, and kept as the part of
the exported program's JSON that the program reads, with blocks that repeat written once (repeats.py) and what differs
between sizes as a function of the tensors (fit.py). WORK keeps what has been exported, so that a second run
goes on where the first one ended. With NAMEs, only those networks are made, for trying. Needs torch 2.13 with its
torchvision, timm and transformers; downloads nothing. torchvision is BSD-3-Clause licensed, timm and transformers
are under the Apache License 2.0: see the licences beside it.

`index.json` has an entry for each graph and for each network:

- `graphs`: its `id`; `prints`, the hashes of its tensors' names with `#` for every number; `numbered`, the same where
  the modules at the top are called by their place, as `Sequential(*model.children())` does.
- `networks`: `name`, `library`, the `graph` it has, `preprocess` by name in timm's keys, and of those that are
  published `tensors`, the hash of the names and shapes of all tensors but those of the head, `trunk`, the same without
  all that another head may replace, and `units`, how often each run of blocks repeats.
"""

import hashlib
import json
import pathlib
import pickle
import re
import sys
import tempfile
import time
import zipfile

import catalogue
import expand
import fit
import repeats
import torch
from exported import build, export, shapes
from named import names, path
from repeats import WEIGHT, under

HERE = pathlib.Path(__file__).parent
CLASSES = 7


def fnv(text, bits):
    """FNV-1a."""
    prime, hashed = {32: (16777619, 2166136261), 64: (1099511628211, 14695981039346656037)}[bits]
    for byte in text.encode():
        hashed = ((hashed ^ byte) * prime) % (1 << bits)
    return hashed


def print_of(name):
    return fnv(re.sub(r"\d+", "#", name), 32)


def head_of(make, some):
    """The tensors whose first axis is the number of classes; `some` are those for `CLASSES`."""
    more = shapes(build(lambda: make(CLASSES + 4)))
    head = [name for name in some if some[name] != more[name]]
    assert head and all(more[name] == [CLASSES + 4, *some[name][1:]] for name in head), head
    return head


def in_file(make):
    """What the tensors of a network of transformers are called in its file, where that is something else."""
    from safetensors.torch import load_file, save_file  # noqa: F401

    model = build(lambda: make(CLASSES), "cpu")
    marked = {}
    for at, (name, tensor) in enumerate(model.state_dict().items()):
        if tensor.is_floating_point():
            tensor.fill_(at)
            marked[at] = name
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        written = load_file(f"{folder}/model.safetensors")
    new = {marked[int(tensor.flatten()[0])]: name for name, tensor in written.items() if tensor.is_floating_point()}
    assert len(new) == len(marked), "tensors are joined or split"
    return new


def cuts(template, head):
    """Where a head of one's own may begin: the value that goes into it, and which tensors it stands for.

    The last layer alone, or any module around it that has more tensors.
    """
    plain = [node for node in template["nodes"] if "repeat" not in node]
    weights = [name for name in head if len(template["tensors"].get(name, [])) > 1]
    if len(weights) != 1:
        return []
    [weight] = weights
    [last, *_] = [node for node in plain if WEIGHT + weight in names(node["inputs"])]
    found = []
    module = path(last)
    inner = module.split(".")
    for depth in range(len(inner), 0, -1):
        prefix = ".".join(inner[:depth])
        own = lambda name: name == prefix or name.startswith(prefix + ".")
        tensors = [name for name in template["tensors"] if own(name)]
        if depth < len(inner) and set(tensors) <= set(head):
            continue
        if any("repeat" in node and own(node["repeat"]["module"]) for node in template["nodes"]):
            break
        nodes = [node for node in plain if own(path(node))]
        before = [name for name in names(nodes[0]["inputs"]) if not name.startswith(WEIGHT)]
        if len(before) != 1 or before[0] not in template["measured"]:
            break
        sizes = template["measured"][before[0]]
        drops = [name for name in template["tensors"] if own(name) or name in head]
        found.append({"value": before[0], "module": prefix, "drops": drops, "rank": len(sizes)})
    return found


def with_pooling(template, cut):
    """The map whose mean the head gets, if it gets one."""
    writers = {name: node for node in template["nodes"] if "repeat" not in node for name in names(node["outputs"])}
    value, seen = cut["value"], 0
    while value in writers and seen < 8:
        node = writers[value]
        data = [name for name in names(node["inputs"]) if not name.startswith(WEIGHT)]
        target = node["target"].split(".")[3]
        if target in ("adaptive_avg_pool2d", "mean", "avg_pool2d") and len(data) == 1:
            sizes = template["measured"].get(data[0], [])
            return data[0] if len(sizes) == 4 else None
        if target not in ("flatten", "dropout", "squeeze", "view", "reshape", "select", "identity") or len(data) != 1:
            return None
        value, seen = data[0], seen + 1
    return None


class Graph:
    def __init__(self, name, library):
        self.name, self.library = name, library
        self.templates, self.parameters, self.raws = [], [], []
        self.merged = None
        self.head = None
        self.about = {}

    def widen(self, templates, parameters):
        """Makes it the graph of these networks too.

        Raises `fit.Differs` where they are not of one template.
        """
        self.merged = fit.fit([*self.templates, *templates], [*self.parameters, *parameters])
        self.templates += templates
        self.parameters += parameters

    def widened(self, raw, template, parameters):
        """Whether it could be made the graph of a published network too, and still is that of the others."""
        before = self.merged, self.templates[:], self.parameters[:]
        raws = [*self.raws, (raw, parameters)]
        try:
            self.widen([template], [parameters])
            for each, given in raws:
                expand.check(self.merged, each, {}, given)
        except (fit.Differs, expand.Unlike):
            self.merged, self.templates, self.parameters = before
            return False
        self.raws = raws
        return True

    def written(self):
        """What is kept of it."""
        merged = {key: value for key, value in self.merged.items() if key != "measured"}
        head = [name for name in self.head if name in merged["tensors"]]
        found = cuts(self.merged, head)
        for cut in found:
            if pooled := with_pooling(self.merged, cut):
                cut["map"] = pooled
        tensors = merged.pop("tensors")
        for name in head:
            tensors[name] = [None, *tensors[name][1:]]
        nodes, inputs, outputs, values = (merged.pop(key) for key in ("nodes", "inputs", "outputs", "values"))
        return {
            "library": self.library,
            "head": head,
            "cuts": found,
            "tensors": tensors,
            "integers": merged.pop("integers"),
            "constants": merged.pop("constants"),
            "children": merged.pop("children"),
            "parameters": self.about.get("parameters", {"S": {"size": True}}),
            "config": self.about.get("config", {}),
            "multiple": self.about.get("multiple", 1),
            "unequal": self.about.get("unequal", {}),
            "program": {
                **merged,
                "graph_module": {
                    "graph": {"nodes": nodes, "tensor_values": values},
                    "signature": {"input_specs": inputs, "output_specs": outputs},
                },
            },
        }

    def trunk(self):
        """The tensors that no other head replaces."""
        dropped = {name for cut in cuts(self.merged, self.head) for name in cut["drops"]}
        return [name for name in self.merged["tensors"] if name not in self.head and name not in dropped]

    def base(self):
        """What the names of all of the trunk's tensors begin with, if they share it."""
        first = {name.split(".")[0] for name in self.trunk()}
        return f"{first.pop()}." if len(first) == 1 else None

    def prints(self, children=None):
        trunk = self.trunk()
        if children is not None:
            place = {child: str(at) for at, child in enumerate(children)}
            trunk = [".".join([place.get(name.split(".")[0], "?"), *name.split(".")[1:]]) for name in trunk]
        return sorted({print_of(name) for name in trunk})


def tensors_hash(tensors, head):
    lines = sorted(f"{name} {list(shape)}\n" for name, shape in tensors.items() if name not in head)
    return f"{fnv(''.join(lines), 64):016x}"


def exported(work, key, make, size, renames=False):
    """A network, what its tensors are called in a file, and those of its head: from WORK, if it was exported before."""
    kept = work / (hashlib.sha256(key.encode()).hexdigest()[:20] + ".pickle")
    if not kept.exists():
        kept.write_bytes(pickle.dumps(export(lambda: make(CLASSES), size)))
    raw = pickle.loads(kept.read_bytes())
    beside = kept.with_suffix(".json")
    if not beside.exists():
        renamed = in_file(make) if renames else {}
        head = [renamed.get(name, name) for name in head_of(make, raw["tensors"])]
        beside.write_text(json.dumps([renamed, head]))
    return raw, *json.loads(beside.read_text())


def listed(work, wanted):
    """The published networks, those with the most tensors first: the others then are of their graphs."""
    for networks in (catalogue.torchvision_networks(), catalogue.timm_networks()):
        found = []
        for network in networks:
            if not wanted or network.name in wanted:
                raw, _, head = exported(work, f"{network.library} {network.name}", network.make, network.size)
                found.append((network, raw, head))
        yield from sorted(found, key=lambda of: -len(of[1]["tensors"]))


def published(graphs, networks, work, wanted):
    for network, raw, head in listed(work, wanted):
        started = time.time()
        parameters = {"S": network.size}
        said = "a graph of its own"
        for graph in graphs:
            if expand.same(graph.merged, raw, {}, parameters):
                said = f"as {graph.name}"
                break
        else:
            template = repeats.template(raw, {})
            for graph in graphs:
                if graph.library != network.library or graph.head != head:
                    continue
                if not graph.widened(raw, template, parameters):
                    continue
                said = f"as {graph.name}, which it widens"
                break
            else:
                graph = Graph(f"{network.library}_{network.name}", network.library)
                graph.head = head
                graph.widen([template], [parameters])
                graph.raws = [(raw, parameters)]
                expand.check(graph.merged, raw, {}, parameters)
                graphs.append(graph)
        graph.about.setdefault("config", {}).update(network.config)
        networks.append({
            "name": network.name,
            "library": network.library,
            "graph": graph.name,
            "raw": (raw["tensors"], head),
            "preprocess": list(network.preprocess.items()),
        } | ({"hint": network.hint} if network.hint else {}) | ({"unusual": True} if network.unusual else {}))
        print(f"{network.library} {network.name}: {said} ({time.time() - started:.1f} s)", flush=True)


def sized(work, family, lead):
    """A size of a family."""
    return exported(work, f"{family.library} {lead.key}", lead.make, lead.size, renames=family.library == "transformers")


def of_family(family, work):
    graph = Graph(f"{family.library}_{family.name}", family.library)
    sizes = [sized(work, family, lead) for lead in family.leads]
    free = "S" not in family.parameters
    for lead in [*family.leads, *family.also]:
        if free:
            lead.parameters["S"] = lead.size
    graph.head = sizes[0][2]
    assert all(head == graph.head for _, _, head in sizes)
    graph.widen([repeats.template(raw, renamed) for raw, renamed, _ in sizes], [lead.parameters for lead in family.leads])
    for lead, (raw, renamed, _) in zip(family.leads, sizes):
        expand.check(graph.merged, raw, renamed, lead.parameters)
    for lead in family.also:
        raw, renamed, _ = sized(work, family, lead)
        expand.check(graph.merged, raw, renamed, lead.parameters)
    graph.about = {
        "parameters": ({"S": {"size": True}} if free else {}) | family.parameters,
        "config": family.config,
        "multiple": family.multiple,
        "unequal": family.unequal,
    }
    return graph


def families(graphs, networks, work, wanted):
    for family in catalogue.families():
        if wanted and family.name not in wanted and f"{family.library}_{family.name}" not in wanted:
            continue
        started = time.time()
        graph = of_family(family, work)
        graphs.append(graph)
        networks.append({
            "name": family.name,
            "library": family.library,
            "graph": graph.name,
            "preprocess": list(family.preprocess.items()),
        } | ({"hint": family.hint} if family.hint else {}) | ({"unusual": True} if family.unusual else {}))
        sizes = f"{len(family.leads)} sizes and {len(family.also)} to check"
        print(f"{family.library} {family.name}: {sizes} ({time.time() - started:.1f} s)", flush=True)


def write(to, graphs, networks):
    """The archive; its bytes depend on its contents alone."""
    known = {graph.name: graph for graph in graphs}
    for network in networks:
        graph = known[network["graph"]]
        if raw := network.pop("raw", None):
            tensors, head = raw
            dropped = [name for cut in cuts(graph.merged, graph.head) for name in cut["drops"]]
            network["tensors"] = tensors_hash(tensors, head)
            network["trunk"] = tensors_hash(tensors, [*head, *dropped])
            runs = [node["repeat"] for node in graph.merged["nodes"] if "repeat" in node]
            network["units"] = [expand.count(repeat, tensors) for repeat in runs]
    index = {
        "auxiliary": catalogue.AUXILIARY,
        "foreign": catalogue.FOREIGN,
        "graphs": [
            {"id": graph.name, "prints": graph.prints(), "numbered": graph.prints(graph.merged["children"])}
            | ({"base": graph.base()} if graph.base() else {})
            for graph in graphs
        ],
        "networks": networks,
    }
    entries = {"index.json": index} | {f"{graph.name}.json": graph.written() for graph in graphs}
    with zipfile.ZipFile(to, "w") as archive:
        for name, content in entries.items():
            text = json.dumps(content, separators=(",", ":"))
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED, 9)


def main():
    torch.set_num_threads(1)
    work = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/architectures")
    work.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[2:])
    graphs, networks = [], []
    published(graphs, networks, work, wanted)
    families(graphs, networks, work, wanted)
    to = work / "architectures.zip" if wanted else HERE.parent / "architectures.zip"
    write(to, graphs, networks)
    print(f"{len(graphs)} graphs of {len(networks)} networks, {to.stat().st_size / 1e6:.2f} MB: {to}")


main()
