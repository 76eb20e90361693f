"""Lists the operators that a program can consist of, one a line.

    python tests/torchvision/lists.py tests/torchvision/lists

`core_aten.txt` has those of Core ATen, as PyTorch tags them; `onnx.txt` those of ONNX's own domain that are not
deprecated; `ml.txt` those of its domain for what is learnt otherwise; `microsoft.txt` those of onnxruntime. The tests beside
the tables of operators compare: each but onnxruntime's is read, or left out for a reason.

Needs torch, onnx and onnxruntime.
"""

import pathlib
import sys

import onnx
import torch


def core_aten():
    for name in dir(torch.ops.aten):
        packet = getattr(torch.ops.aten, name)
        for overload in packet.overloads() if hasattr(packet, "overloads") else []:
            if torch.Tag.core in getattr(packet, overload).tags:
                yield f"{name}.{overload}"


def onnx_operators(domain):
    newest = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == domain:
            known = newest.get(schema.name)
            if known is None or known.since_version < schema.since_version:
                newest[schema.name] = schema
    yield from (name for name, schema in newest.items() if not schema.deprecated)


def runtime_operators():
    from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

    yield from {schema.name for schema in get_all_operator_schema() if schema.domain == "com.microsoft"}


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    lists = {
        "core_aten": core_aten(),
        "onnx": onnx_operators(""),
        "ml": onnx_operators("ai.onnx.ml"),
        "microsoft": runtime_operators(),
    }
    for name, operators in lists.items():
        operators = sorted(operators)
        (folder / f"{name}.txt").write_text("\n".join(operators) + "\n")
        print(f"{name}: {len(operators)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
