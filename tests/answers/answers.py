"""Writes small networks with every kind of output, as .pt2 and .onnx, and what PyTorch says about them.

    python tests/answers/answers.py tests/answers/answers.zip.gz     (torch 2.13, onnx, onnxscript)

Each case has a `forward` from five logits y, one logit z and features f to what the file returns, and the
answer that is right: the reading, the kind, the scores and the values that have to be shown.
"""
import gzip, io, json, os, sys, tempfile, warnings, zipfile
import torch
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(12)
softmax = lambda y: torch.softmax(y, 1)
sigmoid = torch.sigmoid


class Net(nn.Module):
    def __init__(self, forward):
        super().__init__()
        torch.manual_seed(3)
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.five = nn.Linear(6, 5)
        self.other = nn.Linear(6, 5)
        self.three = nn.Linear(6, 3)
        self.one = nn.Linear(6, 1)
        with torch.no_grad():
            for layer in (self.five, self.other, self.three, self.one):
                layer.weight.mul_(4)
        self.returned = forward

    def parts(self, x):
        m = torch.relu(self.conv(x))
        f = m.mean((2, 3))
        return {"m": m, "f": f, "y": self.five(f), "o": self.other(f), "t": self.three(f), "z": self.one(f)}

    def forward(self, x):
        return self.returned(**self.parts(x))


# name: (what the file returns, reading, kind, scores, values); scores default to the values' logits
SOFT = ("softmax", "classes", lambda y, **_: y, lambda y, **_: softmax(y))
EACH = ("sigmoid", "classes", lambda y, **_: y, lambda y, **_: sigmoid(y))
PLAIN = lambda values: ("as_they_are", "classes", values, values)
NUMBERS = lambda values: ("numbers", "classes", values, values)
YES = ("sigmoid", "yes_no", lambda z, **_: torch.cat([-z, z], 1), lambda z, **_: torch.cat([1 - sigmoid(z), sigmoid(z)], 1))
NO = ("sigmoid", "yes_no", lambda z, **_: torch.cat([z, -z], 1), lambda z, **_: torch.cat([sigmoid(z), 1 - sigmoid(z)], 1))
NUMBER = lambda value: ("numbers", "number", lambda **p: torch.cat([value(**p), -value(**p)], 1), lambda **p: torch.cat([value(**p)] * 2, 1))
mean_of_two = lambda y, o, **_: (softmax(y) + softmax(o)) / 2
AGES = torch.arange(5.0) * 20 + 10
shares = lambda y, **_: torch.relu(y) / (torch.relu(y).sum(1, keepdim=True) + 1e-6)

CASES = {
    # Endings.
    "logits": (lambda y, **_: y, *SOFT),
    "softmax": (lambda y, **_: softmax(y), *SOFT),
    "log_sigmoid": (lambda y, **_: nn.functional.logsigmoid(y), *EACH),
    # What the graph does not say, but its runs do.
    "shares_of_squares": (lambda o, **_: o.square() / torch.linalg.vector_norm(o, dim=1, keepdim=True).square(), *PLAIN(lambda o, **_: o.square() / torch.linalg.vector_norm(o, dim=1, keepdim=True).square())),
    "unit_vector": (lambda o, **_: nn.functional.normalize(o), *NUMBERS(lambda o, **_: nn.functional.normalize(o))),
    "log_softmax": (lambda y, **_: torch.log_softmax(y, 1), *SOFT),
    "exp_log_softmax": (lambda y, **_: torch.log_softmax(y, 1).exp(), *SOFT),
    "log_of_softmax": (lambda y, **_: torch.log(softmax(y) + 1e-8), *SOFT),
    "softmax_in_percent": (lambda y, **_: softmax(y) * 100, *SOFT),
    "softmax_clamped": (lambda y, **_: softmax(y).clamp(1e-7, 1 - 1e-7), *SOFT),
    "softmax_by_hand": (lambda y, **_: y.exp() / y.exp().sum(1, keepdim=True), *SOFT),
    "softmax_over_the_batch": (lambda y, **_: torch.softmax(y, 0), *SOFT),
    "softmax_of_one": (lambda z, **_: softmax(z), *YES),
    "softmax_of_a_softmax": (lambda y, **_: softmax(softmax(y)), "softmax", "classes", lambda y, **_: softmax(y), lambda y, **_: softmax(softmax(y))),
    "part_of_a_softmax": (lambda y, **_: softmax(y)[:, :3], *PLAIN(lambda y, **_: softmax(y)[:, :3])),
    "softmax_in_pairs": (lambda y, t, z, **_: torch.softmax(torch.cat([y, t], 1).reshape(1, 4, 2), 2).reshape(1, 8), *PLAIN(lambda y, t, z, **_: torch.softmax(torch.cat([y, t], 1).reshape(1, 4, 2), 2).reshape(1, 8))),
    "ensemble": (mean_of_two, *PLAIN(mean_of_two)),
    "ensemble_stacked": (lambda y, o, **_: torch.stack([softmax(y), softmax(o)]).mean(0), *PLAIN(mean_of_two)),
    "log_of_an_ensemble": (lambda y, o, **_: torch.log(mean_of_two(y, o)), *PLAIN(mean_of_two)),
    "shares_of_relu": (shares, *PLAIN(shares)),
    "sigmoid": (lambda y, **_: sigmoid(y), *EACH),
    "one_minus_sigmoid": (lambda y, **_: 1 - sigmoid(y), "sigmoid", "classes", lambda y, **_: -y, lambda y, **_: 1 - sigmoid(y)),
    "two_by_sigmoid": (lambda z, **_: torch.cat([1 - sigmoid(z), sigmoid(z)], 1), "sigmoid", "classes", *YES[2:]),
    "two_stacked": (lambda z, **_: torch.stack([1 - sigmoid(z[:, 0]), sigmoid(z[:, 0])], 1), "sigmoid", "classes", *YES[2:]),
    "tanh": (lambda y, **_: torch.tanh(y), *NUMBERS(lambda y, **_: torch.tanh(y))),
    "coordinates": (lambda y, **_: sigmoid(y) * 48, *NUMBERS(lambda y, **_: sigmoid(y) * 48)),
    # A single value.
    "expected_age": (lambda y, **_: (softmax(y) * AGES).sum(1), *NUMBER(lambda y, **_: (softmax(y) * AGES).sum(1, keepdim=True))),
    "one_logit": (lambda z, **_: z, *YES),
    "one_sigmoid": (lambda z, **_: sigmoid(z), *YES),
    "one_minus_one_sigmoid": (lambda z, **_: 1 - sigmoid(z), *NO),
    "one_squeezed": (lambda z, **_: sigmoid(z).squeeze(), *YES),
    "one_tanh": (lambda z, **_: torch.tanh(z), *NUMBER(lambda z, **_: torch.tanh(z))),
    "one_amount": (lambda z, **_: torch.relu(z + 3), *NUMBER(lambda z, **_: torch.relu(z + 3))),
    "one_rating": (lambda z, **_: 4 * sigmoid(z) + 1, *NUMBER(lambda z, **_: 4 * sigmoid(z) + 1)),
    "one_mean_of_two": (lambda z, t, **_: (sigmoid(z) + sigmoid(t[:, :1])) / 2, "as_they_are", "yes_no", *[lambda z, t, **_: torch.cat([1 - (sigmoid(z) + sigmoid(t[:, :1])) / 2, (sigmoid(z) + sigmoid(t[:, :1])) / 2], 1)] * 2),
    # Axes of one.
    "axes_behind": (lambda y, **_: y[:, :, None, None], *SOFT),
    "axes_before": (lambda y, **_: softmax(y)[:, None], *SOFT),
    "no_batch": (lambda y, **_: y[0], *SOFT),
    # Numbers of classes: what they are taken from is meant.
    "argmax": (lambda y, **_: y.argmax(1), *SOFT),
    "argmax_of_sigmoid": (lambda y, **_: sigmoid(y).argmax(1, keepdim=True).float(), *EACH),
    "argmax_of_the_first": (lambda y, **_: softmax(y).argmax(1)[0], *SOFT),
    "max_number": (lambda y, **_: y.max(1)[1], *SOFT),
    "max_both": (lambda y, **_: tuple(softmax(y).max(1)), *SOFT),
    "confidence": (lambda y, **_: softmax(y).amax(1), *SOFT),
    "confidence_number": (lambda y, **_: (softmax(y).amax(1), y.argmax(1)), *SOFT),
    "top_numbers": (lambda y, **_: softmax(y).topk(3)[1], *SOFT),
    "top_values": (lambda y, **_: softmax(y).topk(3)[0], *SOFT),
    "top_both": (lambda y, **_: tuple(y.topk(3)), *SOFT),
    "top_first": (lambda y, **_: y.topk(3)[1][:, 0], *SOFT),
    "top_one": (lambda y, **_: y.topk(1)[1].squeeze(), *SOFT),
    "sorted_numbers": (lambda y, **_: y.argsort(1, descending=True), *SOFT),
    "sorted_last": (lambda y, **_: y.argsort(1)[:, -1], *SOFT),
    "sorted_both": (lambda y, **_: tuple(softmax(y).sort(1, descending=True)), *SOFT),
    # Several outputs.
    "logits_probs": (lambda y, **_: (y, softmax(y)), *SOFT),
    "probs_logits": (lambda y, **_: (softmax(y), y), *SOFT),
    "logits_each": (lambda y, **_: (y, sigmoid(y)), *EACH),
    "logits_class": (lambda y, **_: (y, y.argmax(1)), *SOFT),
    "logits_features": (lambda y, f, **_: (y, f), *SOFT),
    "features_logits": (lambda y, f, **_: (f, y), *SOFT),
    "map_logits": (lambda y, m, **_: (m, y), *SOFT),
    "nothing_logits": (lambda y, **_: (None, y), *SOFT),
    "list_of_one": (lambda y, **_: [y], *SOFT),
    "two_heads": (lambda y, t, **_: (y, t), *SOFT),
    "aux_logits": (lambda y, t, **_: {"aux": t, "logits": y}, *SOFT),
    "embedding_probs": (lambda y, o, **_: {"embedding": o, "p": softmax(y)}, *SOFT),
}

# Numbers that nothing stands for, with a part of what is said.
REFUSED = {
    "argmin": (lambda o, **_: o.argmin(1), "times −1"),
    "top_smallest": (lambda o, **_: o.topk(2, largest=False)[1], "times −1"),
    "sorted_first": (lambda y, **_: y.argsort(1)[:, 0], "times −1"),
    "shifted": (lambda y, **_: y.argmax(1) + 1, "return the scores"),
    "beyond_a_half": (lambda y, **_: sigmoid(y) > 0.5, "return the scores"),
    "beyond_a_half_as_floats": (lambda y, **_: (sigmoid(y) > 0.5).float(), "changes in steps only"),
    "rounded": (lambda y, **_: (softmax(y) * 100).round() / 100, "changes in steps only"),
    "one_hot": (lambda y, **_: nn.functional.one_hot(y.argmax(1), 5).float(), "changes in steps only"),
    "argmax_over_the_batch": (lambda y, **_: y.argmax(0), "where there are no classes"),
    "argmax_strided": (lambda m, **_: m.argmax(1)[:, ::2, ::2], "part of a map"),
    "top_second": (lambda m, **_: m.topk(2, 1)[1][:, 1], "part of a map"),
}


def main(archive):
    image = torch.randn(1, 3, 8, 8)
    facts = {"image": image.flatten().tolist(), "cases": {}, "refused": {}}
    packed = io.BytesIO()
    # Stored, so that the whole is compressed at once: the files are much alike.
    with zipfile.ZipFile(packed, "w") as out, tempfile.TemporaryDirectory() as folder:
        def add(name, data):
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        def write(name, net):
            for ending in ("pt2", "onnx"):
                path = os.path.join(folder, f"{name}.{ending}")
                if ending == "pt2":
                    torch.export.save(torch.export.export(net, (image,)), path)
                elif name == "nothing_logits":
                    continue
                else:
                    returned = net(image)
                    names = list(returned) if isinstance(returned, dict) else None
                    torch.onnx.export(net, (image,), path, dynamo=True, external_data=False, verbose=False, output_names=names)
                add(f"{name}.{ending}", open(path, "rb").read())
        for name, (forward, reading, kind, scores, values) in CASES.items():
            net = Net(forward).eval()
            x = image.clone().requires_grad_()
            parts = net.parts(x)
            row = scores(**parts)
            gradient, = torch.autograd.grad(row[0, -1], x)
            facts["cases"][name] = {
                "reading": reading, "kind": kind,
                "scores": row[0].tolist(), "values": values(**net.parts(image))[0].tolist(),
                "gradient": [float(f"{g:.6g}") for g in gradient.flatten().tolist()],
            }
            write(name, net)
        for name, (forward, said) in REFUSED.items():
            facts["refused"][name] = said
            write(name, Net(forward).eval())
        add("facts.json", json.dumps(facts))
    with open(archive, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
