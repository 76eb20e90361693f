"""Writes the licence of every crate in Cargo.lock to assets/licences.tsv, which the window shows.

Run it after a change of Cargo.lock: `make licences`. A unit test compares the two.
"""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parent.parent


def main() -> None:
    command = ["cargo", "metadata", "--format-version", "1", "--all-features"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    packages = json.loads(output)["packages"]
    lines = {
        (package["name"], package["version"], package["license"] or "see its file")
        for package in packages
        if package["source"] is not None
    }
    text = "".join("\t".join(line) + "\n" for line in sorted(lines))
    (ROOT / "assets" / "licences.tsv").write_text(text)


main()
