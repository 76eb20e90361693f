"""Takes the folders of the machine that made them out of fixtures: .pt2, .onnx, and archives of them.

    python tests/without_paths.py FILE...        (onnx)

Exports record the source line of each node with its whole path. What is left of a path is its end:
`tests/answers/answers.py`, `torch/nn/functional.py`. Weights and graphs stay as they are.
"""

import gzip
import io
import pathlib
import re
import sys
import zipfile

# What lies before a module of Python, a fixture's script, or any other file.
FOLDERS = re.compile(r"/(?:[\w.+-]+/)*(?:site-packages|dist-packages|lib/python3\.\d+)/|/(?:tmp|work|root|home)/(?:[\w.+-]+/)*?(?=tests/)|/(?:tmp|work|root|home)/(?:[\w.+-]+/)*")


def short(text):
    return FOLDERS.sub("", text)


def in_archive(data):
    """A zip archive with every part cleaned, in the same order and without compression where it had none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            part = cleaned(info.filename, old.read(info))
            kept = zipfile.ZipInfo(info.filename, info.date_time)
            kept.compress_type = info.compress_type
            new.writestr(kept, part)
    return out.getvalue()


def in_onnx(data):
    import onnx

    model = onnx.load_from_string(data)
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        for node in graph.node:
            for entry in node.metadata_props:
                entry.value = short(entry.value)
            node.doc_string = short(node.doc_string)
    return model.SerializeToString()


def cleaned(name, data):
    if data[:2] == b"\x1f\x8b":
        return gzip.compress(cleaned(name.removesuffix(".gz"), gzip.decompress(data)), mtime=0)
    if data[:4] == b"PK\x03\x04":
        return in_archive(data)
    if name.endswith(".onnx"):
        return in_onnx(data) if FOLDERS.search(data.decode("latin1")) else data
    if name.endswith(".json"):
        return short(data.decode()).encode()
    return data


for path in map(pathlib.Path, sys.argv[1:]):
    before = path.read_bytes()
    after = cleaned(path.name, before)
    if after != before:
        path.write_bytes(after)
        print(path, len(before), "→", len(after))
