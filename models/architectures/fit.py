"""What differs between networks of one family, written as a function of a file's tensors.

Several networks of a family are exported. Where their templates have different numbers, the number is

    {"=": [[1.0, {"t:cls_token:2": 1, "p:heads": -1}], [1.0, {}]]}

a sum of products: a factor, then powers of what is known when a file is opened: `t:NAME:AXIS` is the length of
a tensor along an axis, `p:NAME` a parameter that the catalogue says how to find.
"""

import itertools
from fractions import Fraction

from named import names, path
from repeats import WEIGHT

# Numbers that say what is computed, not how large something is: they are never taken for the length of a tensor.
NEVER = {"stride", "dilation", "output_padding", "dim", "dims", "dim0", "dim1", "start_dim", "end_dim", "ceil_mode"}


class Differs(Exception):
    """Two networks are not of one template."""


def fit(templates, parameters):
    """One template for all; `parameters` are those of each, by name."""
    for other in templates[1:]:
        for key in ("integers", "children", "constants"):
            if other[key] != templates[0][key]:
                raise Differs(key)
        if set(other["tensors"]) != set(templates[0]["tensors"]):
            raise Differs(sorted(set(other["tensors"]) ^ set(templates[0]["tensors"]))[:4])
    merged = dict(templates[0])
    merged["tensors"] = {}
    for name in templates[0]["tensors"]:
        alike = [template["tensors"][name] for template in templates]
        if len({len(shape) for shape in alike}) > 1:
            raise Differs(name)
        merged["tensors"][name] = [dims[0] if len(set(dims)) == 1 else None for dims in zip(*alike)]
    known = Known(templates, parameters)
    merged["nodes"] = []
    for each in zip(*checked(template["nodes"] for template in templates)):
        if "repeat" in each[0]:
            if any("repeat" not in node for node in each):
                raise Differs("a run of blocks")
            repeats = [node["repeat"] for node in each]
            same = {key: value for key, value in repeats[0].items() if key not in ("nodes", "inputs")}
            for other in repeats[1:]:
                if any(other[key] != value for key, value in same.items()):
                    raise Differs(same["module"])
            unit = [name for name in merged["tensors"] if name.startswith(same["tensors"] + ".")]
            nodes = [fit_node(nodes, known, unit) for nodes in zip(*checked(repeat["nodes"] for repeat in repeats))]
            merged["nodes"].append({"repeat": same | {"nodes": nodes, "inputs": repeats[0]["inputs"]}})
        else:
            merged["nodes"].append(fit_node(each, known, None))
    merged["values"] = fit_json([template["values"] for template in templates], known, [], None, "sizes")
    for key in ("inputs", "outputs"):
        if any(template[key] != merged[key] for template in templates):
            raise Differs(key)
    return merged


def checked(lists):
    lists = list(lists)
    if len({len(each) for each in lists}) > 1:
        raise Differs(f"{[len(each) for each in lists]} nodes")
    return lists


def fit_node(nodes, known, unit):
    if len({node.get("target") for node in nodes}) > 1 or any("repeat" in node for node in nodes):
        raise Differs([node.get("target") for node in nodes])
    own = [name.removeprefix(WEIGHT) for name in names(nodes[0]["inputs"]) if name.startswith(WEIGHT)]
    own = [name for name in own if name in known.tensors]
    around = unit if unit is not None else path(nodes[0])
    fitted = dict(nodes[0])
    for key in ("outputs", "metadata"):
        if any(node[key] != fitted[key] for node in nodes):
            raise Differs((fitted["target"], key))
    if len({tuple(given["name"] for given in node["inputs"]) for node in nodes}) > 1:
        raise Differs((fitted["target"], "arguments"))
    fitted["inputs"] = [
        {"name": given[0]["name"], "arg": fit_json([one["arg"] for one in given], known, own, around, given[0]["name"])}
        for given in zip(*(node["inputs"] for node in nodes))
    ]
    return fitted


def fit_json(parts, known, own, around, name):
    first = parts[0]
    if all(type(part) is type(first) and part == first for part in parts):
        return first
    if all(isinstance(part, dict) and set(part) == set(first) for part in parts):
        return {key: fit_json([part[key] for part in parts], known, own, around, name) for key in first}
    if all(isinstance(part, list) and len(part) == len(first) for part in parts):
        return [fit_json(list(items), known, own, around, name) for items in zip(*parts)]
    numbers = all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in parts)
    if not numbers:
        raise Differs((name, parts))
    found = known.parameter(parts) if name in NEVER else known.expression(parts, own, around)
    if found is None:
        raise Differs((name, parts))
    return {"=": found}


class Known:
    """What is known of several networks when a file of one is opened."""

    def __init__(self, templates, parameters):
        self.tensors = templates[0]["tensors"]
        self.count = len(templates)
        self.found, self.nearest = {}, {}
        self.parameters = {
            f"p:{name}": [given[name] for given in parameters] for name in (parameters[0] if parameters else {})
        }
        self.repeated = tuple(node["repeat"]["tensors"] + "." for node in templates[0]["nodes"] if "repeat" in node)
        self.lengths = {
            f"t:{name}:{axis}": [template["tensors"][name][axis] for template in templates]
            for name, shape in self.tensors.items()
            for axis in range(len(shape))
        }

    def around(self, at):
        """The tensors near a module, if they are not given already."""
        if not isinstance(at, str):
            return at
        if at not in self.nearest:
            self.nearest[at] = self.nearest_to(at)
        return self.nearest[at]

    def nearest_to(self, at):
        """The tensors outside of repeated blocks, the nearest first."""
        def shared(name):
            return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(name.split("."), at.split("."))))
        outside = [name for name in self.tensors if not name.startswith(self.repeated)] if self.repeated else list(self.tensors)
        return sorted(outside, key=lambda name: -shared(name))

    def of(self, tensors):
        atoms = {}
        for name in tensors:
            for axis in range(len(self.tensors[name])):
                values = self.lengths[f"t:{name}:{axis}"]
                if len(set(values)) > 1 and values not in atoms.values():
                    atoms[f"t:{name}:{axis}"] = values
        return atoms

    def parameter(self, values):
        """The parameter that has just these values, if three networks or more say so."""
        alike = [atom for atom, given in self.parameters.items() if given == values and self.count >= 3]
        return [[1.0, {alike[0]: 1}]] if alike else None

    def expression(self, values, own, around):
        around = self.around(around)
        key = (tuple(values), tuple(own), tuple(around or ()))
        if key not in self.found:
            self.found[key] = self.searched(values, own, around)
        return self.found[key]

    def searched(self, values, own, around):
        own, around = self.of(own), self.of(around or list(self.tensors))
        near = self.parameters | own
        wide = near | around
        many = self.count >= 3
        for atoms in (near, wide):
            # A length as it is, then one less or more, then a share of it.
            for atom, lengths in atoms.items():
                if lengths == values:
                    return [[1.0, {atom: 1}]]
            for atom, lengths in atoms.items():
                if found := linear(atom, lengths, values, many):
                    return found
        for atoms in (near, wide):
            if found := products(atoms, values, many):
                return found
        if many:
            for atom, lengths in self.parameters.items():
                if found := quadratic(atom, lengths, values):
                    return found
            for atom, lengths in around.items():
                if (found := quadratic(atom, lengths, values)) and len(set(lengths)) >= 4:
                    return found
        return None


def near(a, b):
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


def simple(number):
    """Whether a factor is one that a person would write."""
    return any(near(number * part, round(number * part)) and round(number * part) for part in (1, 2, 3, 4, 6, 8, 16, 32, 64))


def squared(number):
    """Whether it is the square of such a factor."""
    return number > 0 and simple(number ** 0.5)


def linear(atom, lengths, values, many):
    pairs = sorted(set(zip(lengths, values)))
    if len(pairs) < 2 or len({length for length, _ in pairs}) < len(pairs):
        return None
    (a, x), (b, y) = pairs[0], pairs[-1]
    if a == b:
        return None
    factor = Fraction(y - x, b - a) if all(isinstance(n, int) for n in (a, b, x, y)) else (y - x) / (b - a)
    rest = x - factor * a
    plain = factor in (1, Fraction(1, 2))
    if not (plain or (many and simple(float(factor)))) or not near(float(rest), round(float(rest))) and isinstance(x, int):
        return None
    if abs(float(rest)) > 8 or (abs(float(rest)) > 0 and not plain and len(pairs) < 3):
        return None
    found = [[float(factor), {atom: 1}]] + ([[float(rest), {}]] if rest else [])
    agree = all(near(float(factor) * length + float(rest), value) for length, value in pairs)
    return found if agree else None


def products(atoms, values, many):
    """A factor times powers of two or three lengths."""
    kinds = [(1, -1), (1, 1)]
    if many:
        kinds += [(2,), (-1,), (0.5,), (-0.5,), (2, 1), (2, -1), (1, -2), (0.5, -0.5), (-0.5, 0.5), (1, 1, -1), (1, 1, 1), (2, 1, -1), (2, 2)]
    for powers in kinds:
        if len(powers) > 1 and len(atoms) > 40 or len(powers) > 2 and len(atoms) > 14:
            continue
        for chosen in itertools.permutations(atoms, len(powers)):
            factors = []
            for at, value in enumerate(values):
                for atom, power in zip(chosen, powers):
                    value /= atoms[atom][at] ** power
                factors.append(value)
                if not near(value, factors[0]):
                    break
            if len(factors) < len(values) or not near(factors[-1], factors[0]):
                continue
            expression = [[1.0, dict(zip(chosen, powers))]]
            if near(factors[0], 1) or (many and simple(factors[0])):
                expression[0][0] = round(factors[0]) * 1.0 if near(factors[0], round(factors[0])) else factors[0]
                return expression
            # The root of a length, or a share of a side, squared.
            if many and (simple(factors[0] ** 2) or squared(factors[0])):
                expression[0][0] = factors[0]
                return expression
    return None


def quadratic(atom, lengths, values):
    """Quarters, or squares of a share, as factors: so is the number of positions of a grid."""
    pairs = sorted(set(zip(lengths, values)))
    if len({length for length, _ in pairs}) < 3:
        return None
    (a, x), (b, y), (c, z) = pairs[0], pairs[len(pairs) // 2], pairs[-1]
    second = ((z - x) / (c - a) - (y - x) / (b - a)) / (c - b)
    first = (y - x) / (b - a) - second * (a + b)
    rest = x - second * a * a - first * a
    parts = [second, first, rest]
    if not all(near(part * 4, round(part * 4)) for part in (first, rest)) or abs(rest) > 8:
        return None
    if not near(second * 4, round(second * 4)) and not squared(second):
        return None
    if not all(near(second * n * n + first * n + rest, value) for n, value in pairs):
        return None
    return [[part, {atom: power} if power else {}] for part, power in zip(parts, (2, 1, 0)) if not near(part, 0)]
