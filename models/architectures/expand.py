"""A template filled in for the tensors of a file: what the program does when it opens one."""

from named import names, rename, shift, shift_stack, stack, under
from repeats import WEIGHT, with_tensor_names


def count(repeat, tensors):
    """How many units a file with these tensors has."""
    items = set()
    for name in tensors:
        if name.startswith(repeat["tensors"] + "."):
            item = name[len(repeat["tensors"]) + 1:].split(".")[0]
            if item.isdigit() and int(item) >= repeat["first"]:
                items.add(int(item))
    return len(items) // repeat["step"]


def with_lengths(part, prefix, by):
    """The expressions of a unit with the lengths of its own tensors."""
    if isinstance(part, dict):
        if set(part) == {"="}:
            moved = lambda atom: "t:" + shift(atom[2:], prefix, by) if atom.startswith("t:") else atom
            return {"=": [[factor, {moved(atom): power for atom, power in powers.items()}] for factor, powers in part["="]]}
        return {key: with_lengths(value, prefix, by) for key, value in part.items()}
    return [with_lengths(item, prefix, by) for item in part] if isinstance(part, list) else part


def evaluated(part, atoms):
    """Some JSON with a number in place of each expression."""
    if isinstance(part, dict):
        if set(part) == {"="}:
            total = 0.0
            for factor, powers in part["="]:
                for atom, power in powers.items():
                    factor *= atoms(atom) ** power
                total += factor
            whole = round(total)
            return whole if abs(total - whole) < 1e-9 * max(1, abs(total)) and abs(total) >= 0.5 else total
        return {key: evaluated(value, atoms) for key, value in part.items()}
    return [evaluated(item, atoms) for item in part] if isinstance(part, list) else part


def expand(plain, tensors):
    """The nodes of a network with these tensors: what the program does when it opens a file."""
    nodes, current = [], {}
    for node in plain["nodes"]:
        if "repeat" not in node:
            nodes.append(rename(node, lambda name: current.get(name, name)))
            continue
        repeat = node["repeat"]
        units = count(repeat, tensors)
        own = {name for inner in repeat["nodes"] for name in names(inner["outputs"])}
        inputs = {outside: current.get(outside, outside) for outside, _ in repeat["carry"]}
        for k in range(units):
            by = k * repeat["step"]

            def called(name):
                if name in own:
                    return f"{name}@{k}" if k else name
                if name.startswith(WEIGHT):
                    bare = name.removeprefix(WEIGHT)
                    bare = shift(bare, repeat["tensors"], by) if bare in plain["tensors"] else shift(bare, repeat["module"], by)
                    return WEIGHT + bare
                return inputs.get(name, current.get(name, name))

            for inner in repeat["nodes"]:
                moved = with_lengths(rename(inner, called), repeat["tensors"], by)
                moved["metadata"] = {"nn_module_stack": shift_stack(stack(inner), repeat["module"], by)}
                nodes.append(moved)
            inputs = {outside: called(local) for outside, local in repeat["carry"]}
        if units:
            current |= {name: f"{name}@{units - 1}" if units > 1 else name for name in own}
        else:
            current |= {local: inputs[outside] for outside, local in repeat["carry"]}
    return nodes, rename(plain["outputs"], lambda name: current.get(name, name))


class Unlike(Exception):
    """A template does not give a network."""


def same(template, raw, in_file, parameters):
    """Whether the template, filled in from the tensors of a network, is that network."""
    try:
        check(template, raw, in_file, parameters)
    except Unlike:
        return False
    return True


def check(template, raw, in_file, parameters):
    """The same, and raises `Unlike` with the first difference."""
    tensors = {in_file.get(name, name): shape for name, shape in raw["tensors"].items()}
    if not fits(template, tensors):
        raise Unlike("tensors")

    def atoms(atom):
        kind, rest = atom.split(":", 1)
        if kind == "p":
            return parameters[rest]
        name, axis = rest.rsplit(":", 1)
        return tensors[name][int(axis)]

    def canonical(nodes, outputs):
        new, written = {}, []
        for node in nodes:
            inputs = rename(node["inputs"], lambda name: new.get(name, name))
            for name in names(node["outputs"]):
                new[name] = f"v{len(new)}"
            outs = rename(node["outputs"], lambda name: new[name])
            written.append([node["target"], inputs, outs, shift_stack(stack(node), "", 0)])
        return written, rename(outputs, lambda name: new.get(name, name))

    plain = with_tensor_names(raw, in_file)
    if constants(template, tensors) != plain["constants"]:
        raise Unlike("constants")
    try:
        nodes, outputs = expand(template, tensors)
        nodes = evaluated(nodes, atoms)
    except KeyError as unknown:
        raise Unlike(f"no {unknown}") from None
    mine, theirs = canonical(nodes, outputs), canonical(plain["nodes"], plain["outputs"])
    for at, (a, b) in enumerate(zip(mine[0], theirs[0])):
        if not alike(a, b):
            raise Unlike(f"node {at}: {a} is {b}")
    if not alike(mine, theirs):
        raise Unlike(f"{len(mine[0])} nodes are {len(theirs[0])}")


def constants(template, tensors):
    """The constants of a network with these tensors."""
    found = dict(template["constants"])
    for node in template["nodes"]:
        if "repeat" not in node:
            continue
        repeat = node["repeat"]
        own = [
            name for name in template["constants"]
            if any(under(name, repeat["module"], repeat["first"] + j) for j in range(repeat["step"]))
        ]
        units = count(repeat, tensors)
        for name in own:
            value = found.pop(name)
            found |= {shift(name, repeat["module"], k * repeat["step"]): value for k in range(units)}
    return found


def alike(a, b):
    """Whether two pieces of JSON are equal, but for the last digits of numbers."""
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a - b) <= 1e-9 * max(1e-6, abs(a), abs(b))
    return a == b


def fits(template, tensors):
    """Whether the tensors are those of the template, with as many blocks as there are."""
    due = dict(template["tensors"])
    for node in template["nodes"]:
        if "repeat" in node:
            repeat = node["repeat"]
            own = [name for name in template["tensors"] if any(under(name, repeat["tensors"], repeat["first"] + j) for j in range(repeat["step"]))]
            units = count(repeat, tensors)
            if not units:
                for name in own:
                    del due[name]
            for k in range(units):
                due |= {shift(name, repeat["tensors"], k * repeat["step"]): template["tensors"][name] for name in own}
    if set(due) != set(tensors):
        return False
    return all(len(due[name]) == len(shape) and all(a in (None, b) for a, b in zip(due[name], shape)) for name, shape in tensors.items())
