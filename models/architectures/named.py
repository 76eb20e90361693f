"""Names in the JSON of an exported program: every value that is read or written, found and replaced."""


def rename(part, new):
    """A copy of some JSON in which `new` has been applied to the name of every value."""
    if isinstance(part, dict):
        if set(part) == {"name"}:
            return {"name": new(part["name"])}
        assert "graph" not in part, "a graph within the graph"
        return {key: rename(value, new) for key, value in part.items()}
    if isinstance(part, list):
        return [rename(item, new) for item in part]
    return part


def names(part):
    """The names of values in some JSON, in order."""
    found = []
    rename(part, lambda name: found.append(name) or name)
    return found


def stack(node):
    return node["metadata"].get("nn_module_stack", "")


def path(node):
    """The path of the innermost module that a node is in."""
    return stack(node).split(";")[-1].split(",")[1] if stack(node) else ""


def under(name, prefix, index):
    """Whether a path is that of the item `index` of the list of modules `prefix`, or lies in it."""
    item = f"{prefix}.{index}"
    return name == item or name.startswith(item + ".")


def shift(name, prefix, by):
    """A path in the list of modules `prefix`, moved on by some items; any other is left alone."""
    if by == 0 or not name.startswith(prefix + "."):
        return name
    index, dot, rest = name[len(prefix) + 1:].partition(".")
    return f"{prefix}.{int(index) + by}{dot}{rest}" if index.isdigit() else name


def shift_stack(text, prefix, by):
    """The same for every module of a stack. Its keys are of no use to the reader but that they are distinct."""
    moved = []
    for entry in text.split(";") if text else []:
        _, at, of = entry.split(",", 2)
        at = shift(at, prefix, by)
        moved.append(f"L__self__{at},{at},{of}")
    return ";".join(moved)
