"""Writes src/model/format/torchscript/nodes/operators.txt: the declarations of PyTorch's operators, as far as the
reader of `.pt2` may know them. TorchScript passes most arguments by position, so that their names, and
which of an operator's overloads is meant, come from the declaration.

    python tests/torchscript/operators.py

One overload a line: its name, its arguments with their types (`=` where one has a default value, `*` where
one is passed by name alone), and how many tensors it returns (`[]` for a list of them).
"""

import re
from pathlib import Path

import torch

ROOT = Path(__file__).parent.parent.parent
READERS = [ROOT / "src/model/format/pt2/aten", ROOT / "src/model/op"]

# Types that carry no meaning here: the reader leaves such arguments out.
PLACES = ("Device", "Layout", "MemoryFormat", "Generator", "Storage", "Stream", "Dimname")


def known():
    """Every word in quotation marks in the tables of the reader of `.pt2`."""
    words = set()
    for folder in READERS:
        for path in folder.rglob("*.rs"):
            words.update(re.findall(r'"([A-Za-z_0-9]+)(?:\.[A-Za-z_0-9]+)?"', path.read_text()))
    return words


def kind(text):
    """The type of an argument: `Tensor(a!)` is `Tensor`, `SymInt[2]` is `int[2]`."""
    text = re.sub(r"\([^)]*\)", "", text).replace("SymInt", "int").replace("SymBool", "bool")
    return "place" if text.rstrip("?[]0123456789") in PLACES else text


def split(text):
    """The parts between the commas that are in no brackets and no quotation marks."""
    depth, quoted, part, parts = 0, False, "", []
    for letter in text:
        quoted ^= letter == '"'
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth and not quoted:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    return [one for one in [*parts, part.strip()] if one]


def arguments(text):
    named_only = False
    for part in split(text):
        if part == "*":
            named_only = True
            continue
        declared, _, default = part.partition("=")
        what, name = declared.rsplit(" ", 1)
        yield f"{'*' if named_only else ''}{kind(what)} {name}{'=' if '=' in part else ''}"


def returns(text):
    text = re.sub(r"\([a-z!|*> -]*\)", "", text)
    if text == "Tensor[]":
        return "[]"
    parts = text.strip("()").split(", ")
    return str(len(parts)) if all(part.startswith("Tensor") and "[" not in part for part in parts) else None


def main():
    words = known()
    lines = set()
    for schema in torch._C._jit_get_all_schemas():
        space, _, name = schema.name.partition("::")
        base = name.removesuffix("_").strip("_") if name.startswith("__") else name.removesuffix("_")
        if space != "aten" or not words & {name, base, f"_{base}"} or name.endswith("_backward") or "..." in str(schema):
            continue
        overload = schema.overload_name or "default"
        whole = str(schema)
        start, end = whole.index("("), whole.rindex(") -> ")
        inside = [whole, whole[start + 1 : end], whole[end + 5 :]]
        takes, gives = list(arguments(inside[1])), returns(inside[2])
        odd = any(re.search(r"[?\[\]]*\b(t|complex|Any|Dict|Future|__torch__)\b", one.split(" ")[0]) for one in takes)
        if gives is None or odd or overload.endswith("out") or "Tensor" not in inside[0]:
            continue
        lines.add(f"{name}.{overload}({', '.join(takes)}) {gives}")
    target = ROOT / "src/model/format/torchscript/nodes/operators.txt"
    target.write_text(f"PyTorch {torch.__version__.split('+')[0]}\n" + "\n".join(sorted(lines)) + "\n")
    print(len(lines), "overloads")


main()
