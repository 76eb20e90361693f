"""Writes one network at a time, has this program compared with PyTorch on it, and puts the row into
the table of its kind. Called by compare.sh, which says how."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "target" / "torchvision"
# Which script writes the files, the table, and whether that tells a file's ending.
KINDS = {
    "exported": ("export.py", "agreement.md", False),
    "onnx": ("export_onnx.py", "agreement_onnx.md", False),
    "checkpoints": ("checkpoints.py", "checkpoints.md", True),
    "keras": ("export_keras.py", "agreement_keras.md", False),
    "zoo": ("export_zoo.py", "agreement_keras.md", False),
}
NUMBERS = 4


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, **options)


def compare(script, name, folder):
    """What the columns say of one network: the file's ending, then four numbers or what went wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    written = run(sys.executable, str(HERE / script), str(folder), name)
    if written.returncode or not (folder / f"{name}.npz").is_file():
        print(written.stdout, written.stderr, file=sys.stderr)
        return "", ["its exporter does not write it"]
    files = [path for path in folder.glob(f"{name}.*") if path.suffix != ".npz"]
    test = run(
        "cargo", "test", "--quiet", "--test", "torchvision", "--", "--ignored", "--nocapture",
        env=os.environ | {"GRADCAM_TORCHVISION": str(folder)},
    )
    shutil.rmtree(folder)
    told = re.search(rf"^{re.escape(name)} +(.+)$", test.stdout, re.MULTILINE)
    if not told:
        print(test.stdout, test.stderr, file=sys.stderr)
        return files[0].suffix, ["the program ended"]
    numbers = told[1].split()
    compared = len(numbers) == NUMBERS and all(re.fullmatch(r"\S+e\S+|NaN|inf", n) for n in numbers)
    # What is told of a file ends with its path.
    words = told[1].removesuffix(str(files[0])).strip(" :")
    return files[0].suffix, numbers if compared else [words]


def put(table, name, cells):
    """The row in its place by name, or instead of the one that is there."""
    lines = table.read_text().splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("| ---")) + 1
    rows = {line.split("|")[1].strip(): line for line in lines[first:]}
    rows[name] = f"| {' | '.join([name, *cells])} |"
    kept = lines[:first] + [rows[name] for name in sorted(rows)]
    table.write_text("\n".join(kept) + "\n")
    print(rows[name], flush=True)


def main():
    kind, *names = sys.argv[1:]
    script, table, tells_ending = KINDS[kind]
    if not names:
        names = run(sys.executable, str(HERE / script), "--list", check=True).stdout.split()
    for name in names:
        ending, found = compare(script, name, WORK / kind)
        cells = ([ending] if tells_ending else []) + found + [""] * (NUMBERS - len(found))
        put(HERE / table, name, cells)


if __name__ == "__main__":
    main()
