"""Has this program open the exports of a library, and writes what opens, what agrees with PyTorch and
which layer is recommended into the table of that library beside this file.

    python tests/libraries/export.py timm EXPORTS
    python tests/libraries/compare.py timm EXPORTS [NAME...]

With names only those are tried anew; the other rows stay. `onnx_timm` for a folder of ONNX exports
goes into `onnx_timm.md`.
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
WITHIN = 1e-4
HEAD = "| model | opened | logits | gradient | recommended layer |"
MAP = "yes, a map"
ABOUT = """
Small or shrunk models with random weights, exported by `export.py` as their users do. `logits` and
`gradient` (of the best class at the input) are the largest difference from PyTorch over the largest
magnitude; of a map, all of it and the gradient of the mean. Written by `compare.py`.
"""


def kept(table):
    """The rows that are there, by model."""
    if not table.is_file():
        return {}
    lines = [line for line in table.read_text().splitlines() if line.startswith("| ")]
    return {line.split("|")[1].strip(): line for line in lines[1:] if not line.startswith("| ---")}


def row(name, logits, gradient, words, shown="row"):
    if logits == "-":
        return f"| {name} | no: {reason(words)} | | | |"
    return f"| {name} | {MAP if shown == 'map' else 'yes'} | {logits} | {gradient} | {words} |"


def reason(words):
    """The operators where that is why, else the first words."""
    lines = [line.strip() for line in words.split("¦")]
    if "operation" in lines[0] and "support" in lines[0]:
        return ", ".join(line.split(" (")[0] for line in lines[1:] if "(node " in line)
    return " ".join(lines[0].split()).replace("|", "/")[:160]


def agrees(line):
    cells = [cell.strip() for cell in line.split("|")]
    return cells[2] in ("yes", MAP) and all(float(cell) <= WITHIN for cell in cells[3:5])


def main():
    library, folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder).resolve()
    table = HERE / f"{library}.md"
    test = subprocess.run(
        ["cargo", "test", "--quiet", "--package", "gradcam", "--test", "libraries", "--", "--ignored", "--nocapture"],
        cwd=HERE.parents[1], text=True, stdout=subprocess.PIPE,
        # As many threads as in export.py: how a sum is split among them decides which rectifiers pass.
        env=os.environ | {"GRADCAM_LIBRARY": str(folder), "GRADCAM_NAMES": " ".join(names), "OMP_NUM_THREADS": "1"},
    )
    rows = kept(table)
    for line in test.stdout.splitlines():
        # The test harness's own words may stand before the first.
        if "ROW\t" in line:
            _, name, *cells = line.split("\t")
            rows[name] = row(name, *cells, *[""] * (3 - len(cells)))
    told = {}
    for line in (folder / "graphs.jsonl").read_text().splitlines():
        about = json.loads(line)
        told[about["name"]] = about
    missing = {name: about["error"] for name, about in told.items() if about.get("error")}
    rows = {name: rows[name] for name in sorted(rows) if name in told and name not in missing}
    maps = sum(f"| {MAP} |" in line for line in rows.values())
    opened = maps + sum("| yes |" in line for line in rows.values())
    agreeing = sum(map(agrees, rows.values()))
    open_ = f"{opened} of {len(rows)} exported models open" + (f" ({maps} answer with a map)" if maps else "")
    first = f"# {library}: {open_}, {agreeing} agree within {WITHIN:.0e} of the maximum"
    lines = [first, ABOUT, HEAD, "| --- | --- | --- | --- | --- |", *rows.values()]
    if missing:
        lines += ["", "Not exported by the tool itself:", ""]
        for name, error in sorted(missing.items()):
            error = " ".join(error.split())
            lines.append(f"- {name}: {error[:120]}")
    table.write_text("\n".join(lines) + "\n")
    print(first)


if __name__ == "__main__":
    main()
