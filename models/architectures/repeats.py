"""Blocks that follow one another alike are written once: how many there are shows in a file's tensors.

A template has, in place of such a run of nodes,

    {"repeat": {"module": "layers", "tensors": "encoder.layer", "first": 1, "step": 1,
                "carry": [["v7", "v31"]], "nodes": [...], "inputs": [...]}}

The nodes are those of the first unit, which is `step` items of the list of modules, from item `first` on.
`carry` has what it reads from before it, and which of its own values the next unit reads there. The values of
unit k > 0 are called `NAME@k`; what follows means the values of the last unit by their plain names. `inputs`
declares the weights of the first unit, and `tensors` is what their names in a file begin with. The units reach
to the end of their list, so that nothing else is numbered by how many they are.
"""

import copy
import json

from named import names, path, rename, shift, shift_stack, stack, under

WEIGHT = "w:"
MOST_ITEMS_IN_A_UNIT = 2


def template(raw, in_file):
    """The template of a raw network; `in_file` is what its tensors are called in a file."""
    plain = with_tensor_names(raw, in_file)
    nodes = plain["nodes"]
    for prefix in lists_of_modules(nodes):
        nodes = fold(nodes, prefix, plain)
    plain["nodes"] = nodes
    inputs_into_units(plain)
    return numbered(plain)


def with_tensor_names(raw, in_file):
    """With weights called by their names in a file, and the picture `x`."""
    new, specs = {}, []
    for spec in copy.deepcopy(raw["inputs"]):
        [(kind, about)] = spec.items()
        if kind == "user_input":
            new[about["arg"]["as_tensor"]["name"]] = "x"
        else:
            key = "parameter_name" if kind == "parameter" else "buffer_name"
            name = in_file.get(about[key], about[key])
            new[about["arg"]["name"]] = WEIGHT + name
            about[key] = name
        specs.append(rename(spec, lambda name: new[name]))
    called = lambda name: new.get(name, name)
    read = set(names(raw["nodes"])) | set(names(raw["outputs"]))
    read = {called(name) for name in read}
    nodes = rename(raw["nodes"], called)
    for node in nodes:
        node.pop("name")
    keep = lambda named: {in_file.get(name, name): value for name, value in named.items()}
    return {
        "schema_version": raw["schema_version"],
        "torch_version": raw["torch_version"],
        "nodes": nodes,
        "values": {called(name): value for name, value in raw["values"].items()},
        "inputs": [spec for spec in specs if "user_input" in spec or set(names(spec)) & read],
        "outputs": rename(raw["outputs"], called),
        "tensors": keep(raw["tensors"]),
        "integers": [in_file.get(name, name) for name in raw["integers"]],
        "constants": {name: value for name, value in keep(raw["constants"]).items() if WEIGHT + name in read},
        "children": raw["children"],
        "measured": {called(name): sizes for name, sizes in raw["measured"].items()},
    }


def lists_of_modules(nodes):
    """The paths whose items are numbered, the innermost first."""
    found = {}
    for node in nodes:
        parts = path(node).split(".")
        for at, part in enumerate(parts):
            if part.isdigit() and at > 0:
                found[".".join(parts[:at])] = at
    return sorted(found, key=lambda prefix: -found[prefix])


def starts(nodes, prefix):
    """Where the nodes of each item begin, if items follow one another; `None` where they do not."""
    at = {}
    last = None
    for index, node in enumerate(nodes):
        if "repeat" in node:
            continue
        name = path(node)
        if not name.startswith(prefix + "."):
            continue
        item = name[len(prefix) + 1:].split(".")[0]
        if not item.isdigit():
            continue
        item = int(item)
        if item in at and item != last:
            return {}
        at.setdefault(item, index)
        last = item
    if list(at) != sorted(at):
        return {}
    return at


def fold(nodes, prefix, plain):
    at = starts(nodes, prefix)
    if len(at) < 2:
        return nodes
    best = None
    for step in range(1, MOST_ITEMS_IN_A_UNIT + 1):
        for first in at:
            run = longest_run(nodes, prefix, plain, at, first, step)
            # Two of one are told apart from one of two by what is saved.
            if run and (best is None or run["saved"] > best["saved"]):
                best = run
            if run:
                # It reaches to the end, so that those that begin later are shorter.
                break
    if best is None:
        return nodes
    begin, end = best.pop("begin"), best.pop("end")
    best.pop("saved")
    after = nodes[end:]
    own = {name for node in best["nodes"] for name in names(node["outputs"])}
    renamed = best.pop("of_the_last")
    folded = [{"repeat": best}] + [rename(node, lambda name: renamed.get(name, name)) if "repeat" not in node else into(node, renamed) for node in after]
    assert own
    plain["outputs"] = rename(plain["outputs"], lambda name: renamed.get(name, name))
    for key in ("values", "measured"):
        plain[key] = {name: value for name, value in plain[key].items() if name not in renamed} | {
            renamed[name]: plain[key][name] for name in renamed if name in plain[key]
        }
    return nodes[:begin] + folded


def into(node, renamed):
    repeat = dict(node["repeat"])
    called = lambda name: renamed.get(name, name)
    repeat["nodes"] = rename(repeat["nodes"], called)
    repeat["carry"] = [[called(outside), local] for outside, local in repeat["carry"]]
    return {"repeat": repeat}


def longest_run(nodes, prefix, plain, at, first, step):
    """The units from item `first` on that are alike, if there are two of them or more."""
    known = sorted(at)
    begins = []
    item = first
    while all(item + j in at for j in range(step)):
        begins.append(item)
        item += step
    if len(begins) < 2:
        return None
    length = at[begins[1]] - at[begins[0]]
    bounds = []
    for item in begins:
        begin = at[item]
        end = begin + length
        following = [at[other] for other in known if other >= item + step]
        if end > len(nodes) or (following and min(following) < end):
            break
        if any("repeat" in node for node in nodes[begin:end]):
            break
        if bounds and bounds[-1][1] != begin:
            break
        bounds.append((begin, end))
    units = []
    for (begin, end), item in zip(bounds, begins):
        unit = canonical(nodes[begin:end], prefix, item, step, plain)
        if unit is None or (units and unit["text"] != units[0]["text"]):
            break
        units.append(unit)
    while len(units) >= 2:
        carry = carried(units)
        if carry is not None and not leaks(nodes, units, bounds, plain):
            break
        units.pop()
    if len(units) < 2 or goes_on(begins[len(units) - 1] + step, [prefix, units[0]["tensors"]], known, plain):
        return None
    (begin, _), (_, end) = bounds[0], bounds[len(units) - 1]
    last = units[-1]["locals"]
    ours = units[0]["locals"]
    back = {local: name for name, local in ours.items()}
    return {
        "module": prefix,
        "tensors": units[0]["tensors"],
        "first": first,
        "step": step,
        "carry": [[units[0]["outside"][place], back[local]] for place, local in carry],
        "nodes": nodes[begin:begin + length],
        "begin": begin,
        "end": end,
        "saved": (len(units) - 1) * length,
        "of_the_last": {name: back[local] for name, local in last.items()},
    }


def goes_on(item, prefixes, known, plain):
    """Whether a list has items from this one on: their numbers would depend on how many units there are."""
    return max(known) >= item or any(
        name.startswith(prefix + ".") and name[len(prefix) + 1:].split(".")[0].isdigit()
        and int(name[len(prefix) + 1:].split(".")[0]) >= item
        for name in plain["tensors"] for prefix in prefixes
    )


def canonical(nodes, prefix, item, step, plain):
    """A unit with nothing in it that says which one of them it is."""
    weights = {name.removeprefix(WEIGHT) for node in nodes for name in names(node["inputs"]) if name.startswith(WEIGHT)}
    tensors = prefix_of(weights & set(plain["tensors"]), prefix, item, step)
    local, outside, sizes = {}, [], []

    def new(name):
        if name in local:
            return local[name]
        if name.startswith(WEIGHT):
            own = name.removeprefix(WEIGHT)
            at = prefix if own in plain["constants"] else tensors
            if any(under(own, at, item + j) for j in range(step)):
                sizes.append(plain["tensors"].get(own) or plain["constants"].get(own))
                return WEIGHT + shift(own, at, -item)
        if name not in outside:
            outside.append(name)
        return f"outside {outside.index(name)}"

    written = []
    for node in nodes:
        inputs = rename(node["inputs"], new)
        for name in names(node["outputs"]):
            local[name] = f"local {len(local)}"
        moved = shift_stack(stack(node), prefix, -item)
        written.append([node["target"], inputs, rename(node["outputs"], lambda name: local[name]), moved])
    return {
        "text": json.dumps([written, sizes], sort_keys=True),
        "locals": local,
        "outside": outside,
        "tensors": tensors,
    }


def prefix_of(weights, prefix, item, step):
    """What the names of the unit's tensors begin with in a file, in place of the path of the modules."""
    choices = set()
    for name in weights:
        parts = name.split(".")
        choices |= {".".join(parts[:at]) for at, part in enumerate(parts) if part.isdigit() and at}
    def share(choice):
        return sum(any(under(name, choice, item + j) for j in range(step)) for name in weights)
    best = max(sorted(choices), key=lambda choice: (share(choice), choice == prefix, len(choice)), default=prefix)
    return best if share(best) else prefix


def carried(units):
    """Which of what a unit reads from outside is written by the unit before, the same for all units."""
    carry = None
    for before, unit in zip(units, units[1:]):
        found = []
        for place, name in enumerate(unit["outside"]):
            if name in before["locals"]:
                found.append((place, before["locals"][name]))
            elif name != units[0]["outside"][place]:
                return None
        if carry is not None and carry != found:
            return None
        carry = found
    return carry


def leaks(nodes, units, bounds, plain):
    """Whether something behind the run reads a value of a unit that is not the last one."""
    end = bounds[len(units) - 1][1]
    later = set(names(plain["outputs"]))
    for node in nodes[end:]:
        if "repeat" in node:
            later |= set(names(node["repeat"]["nodes"])) | {outside for outside, _ in node["repeat"]["carry"]}
        else:
            later |= set(names(node["inputs"]))
    return any(name in later for unit in units[:-1] for name in unit["locals"])


def inputs_into_units(plain):
    """Declares the weights of a repeated unit with it, and forgets those of the units after it."""
    for node in plain["nodes"]:
        if "repeat" not in node:
            continue
        repeat = node["repeat"]
        own = [
            lambda name, at=at: any(
                under(name, at, item) for item in range(repeat["first"], repeat["first"] + repeat["step"])
            )
            for at in (repeat["module"], repeat["tensors"])
        ]
        beyond = lambda name: any(later(name, at, repeat) for at in {repeat["module"], repeat["tensors"]})
        declared = lambda spec: list(spec.values())[0].get("parameter_name") or list(spec.values())[0].get("buffer_name") or ""
        repeat["inputs"] = [spec for spec in plain["inputs"] if any(is_own(declared(spec)) for is_own in own)]
        plain["inputs"] = [
            spec for spec in plain["inputs"] if spec not in repeat["inputs"] and not beyond(declared(spec))
        ]
        for key in ("tensors", "constants"):
            plain[key] = {name: value for name, value in plain[key].items() if not beyond(name)}
        plain["integers"] = [name for name in plain["integers"] if not beyond(name)]


def later(name, at, repeat):
    if not name.startswith(at + "."):
        return False
    item = name[len(at) + 1:].split(".")[0]
    return item.isdigit() and int(item) >= repeat["first"] + repeat["step"]


def numbered(plain):
    """With values called by their place, which is the same however many blocks there were."""
    new = {}
    for node in plain["nodes"]:
        for inner in node["repeat"]["nodes"] if "repeat" in node else [node]:
            for name in names(inner["outputs"]):
                new[name] = f"v{len(new)}"
    called = lambda name: new.get(name, name)
    for node in plain["nodes"]:
        if "repeat" in node:
            repeat = node["repeat"]
            repeat["nodes"] = rename(repeat["nodes"], called)
            repeat["carry"] = [[called(outside), called(local)] for outside, local in repeat["carry"]]
    plain["nodes"] = [node if "repeat" in node else rename(node, called) for node in plain["nodes"]]
    plain["values"] = {called(name): value for name, value in plain["values"].items()}
    plain["measured"] = {new[name]: sizes for name, sizes in plain["measured"].items() if name in new}
    plain["outputs"] = rename(plain["outputs"], called)
    return plain
