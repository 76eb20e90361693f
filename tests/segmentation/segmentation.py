"""Writes small segmentation networks as .pt2 and .onnx, and what PyTorch and pytorch-grad-cam say about them.

    python tests/segmentation/segmentation.py tests/segmentation/segmentation.zip.gz
    (torch 2.13, onnx, onnxscript, grad-cam 1.5.7, pillow, numpy)

Each network is seeded, and its logits are spread, so that several classes have a region. The image is
32 × 24 pixels and goes in as it is, from 0 to 1.
"""
import gzip, io, json, os, sys, tempfile, warnings, zipfile
import numpy as np
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import SemanticSegmentationTarget
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
HEIGHT, WIDTH = 24, 32
# In pixels of the image, x, y, width, height.
DRAWN = (4, 8, 12, 8)


class Trunk(nn.Module):
    def __init__(self, classes):
        super().__init__()
        torch.manual_seed(5)
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.deep = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.head = nn.Conv2d(12, classes, 1)

    @torch.no_grad()
    def spread(self, x):
        """Scales the logits, so that each is sometimes the largest and sometimes negative."""
        logits = self.logits(x)
        std, mean = torch.std_mean(logits, (0, 2, 3))
        self.head.weight.mul_((2 / std).view(-1, 1, 1, 1))
        self.head.bias.sub_(mean).mul_(2 / std)

    def logits(self, x):
        return self.head(F.relu(self.deep(F.relu(self.stem(x)))))


class Net(Trunk):
    """`ending` turns the logits at a quarter of the resolution into what the network returns."""

    def __init__(self, classes, ending):
        super().__init__(classes)
        self.ending = ending

    def forward(self, x):
        return self.ending(self.logits(x))


def large(y):
    return F.interpolate(y, size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False)


def halves(y):
    return (torch.sigmoid(y) + torch.sigmoid(y * 0.5 + 0.3)) / 2


def confident(y):
    shares = torch.softmax(y, 1)
    return shares.argmax(1), shares.amax(1)


def image():
    """Four corners of different colour with some noise."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 60, (HEIGHT, WIDTH, 3))
    pixels[:12, :16, 0] += 190
    pixels[:12, 16:, 1] += 190
    pixels[12:, :14, 2] += 190
    pixels[14:, 18:] += 120
    return pixels.clip(0, 255).astype(np.uint8)


# name: (classes, what it returns, how it is read, the logits that are meant)
CASES = {
    "softmax": (5, lambda y: torch.softmax(large(y), 1), "softmax", large),
    "logits": (5, lambda y: large(y), "softmax", large),
    "coarse": (5, lambda y: y, "softmax", lambda y: y),
    "dictionary": (5, lambda y: {"out": large(y), "aux": large(y * 0.5 + 1)}, "softmax", large),
    "class_numbers": (5, lambda y: large(y).argmax(1), "softmax", large),
    "class_numbers_of_the_first": (5, lambda y: large(y).argmax(1)[0], "softmax", large),
    "class_numbers_by_max": (5, lambda y: large(y).max(1)[1], "softmax", large),
    "class_numbers_by_top": (5, lambda y: torch.softmax(large(y), 1).topk(2, 1)[1][:, 0], "softmax", large),
    "numbers_and_confidence": (5, lambda y: confident(large(y)), "softmax", large),
    "channels_last": (5, lambda y: torch.softmax(large(y).permute(0, 2, 3, 1), 3), "softmax", large),
    "one_of_softmax": (2, lambda y: torch.softmax(large(y), 1)[:, 1], "as they are", lambda y: torch.softmax(large(y), 1)),
    "two_sigmoids": (1, lambda y: halves(large(y)), "as they are", lambda y: torch.cat([1 - halves(large(y)), halves(large(y))], 1)),
    "wrong_axis": (5, lambda y: torch.softmax(large(y), 2), "numbers", lambda y: torch.softmax(large(y), 2)),
    "labels": (4, lambda y: torch.sigmoid(large(y)), "sigmoid", large),
    # Ends as its layers do, at the image's own resolution.
    "sum_at_each_pixel": (5, lambda y: large(y) + F.relu(large(y)), "softmax", lambda y: large(y) + F.relu(large(y))),
    "as_many_as_channels": (3, lambda y: torch.sigmoid(large(y)), "sigmoid", large),
    "labels_enlarged": (4, lambda y: large(torch.sigmoid(y)), "as they are", lambda y: large(torch.sigmoid(y))),
    "one_logit": (1, lambda y: large(y), "sigmoid", lambda y: torch.cat([-large(y), large(y)], 1)),
    "one_probability": (1, lambda y: torch.sigmoid(large(y)), "sigmoid", lambda y: torch.cat([-large(y), large(y)], 1)),
    "squeezed": (1, lambda y: torch.sigmoid(large(y)).squeeze(1), "sigmoid", lambda y: torch.cat([-large(y), large(y)], 1)),
    "depth": (1, lambda y: F.relu(large(y)), "numbers", lambda y: torch.cat([F.relu(large(y)), -F.relu(large(y))], 1)),
}


# Maps that are no segmentation: what comes out of a rectifier, or of a sum with what came before.
FEATURES = {
    "features_relu": lambda net, x: F.relu(net.deep(F.relu(net.stem(x)))),
    "features_sum": lambda net, x: net.stem(x) + F.relu(net.stem(x)),
    "features_reciprocal": lambda net, x: 1 / (net.stem(x) + 9),
    "argmax_over_columns": lambda net, x: large(net.logits(x)).argmax(3),
    "features_many": lambda net, x: net.stem(x).repeat(1, 20, 1, 1)[:, :, ::3, ::3],
}


class Features(Trunk):
    def __init__(self, returned):
        super().__init__(5)
        self.returned = returned

    def forward(self, x):
        return self.returned(self, x)


def regions(logits, reading):
    """For each class, where it is."""
    if reading == "softmax":
        best = logits.argmax(1)
        return torch.stack([best[0] == c for c in range(logits.shape[1])])
    if reading == "sigmoid":
        return logits[0] > 0
    if reading == "as they are":
        return logits[0] > 0.5
    return torch.ones_like(logits[0], dtype=torch.bool)


def cam(net, meant, x, score_class, mask):
    """pytorch-grad-cam's map at `deep` for the class over the mask, divided by the number of positions."""

    class Meant(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x):
            return meant(self.net.logits(x))

    class Raw(GradCAM):
        # The library scales each map to 1 and enlarges it; the raw one is wanted.
        def scale_cam_image(self, cam, target_size=None):
            return cam

    wrapped = Meant()
    weights = mask.numpy().astype(np.float32)
    with GradCAM(model=wrapped, target_layers=[net.deep]) as explainer:
        target = SemanticSegmentationTarget(score_class, weights)
        explainer.activations_and_grads(x)
        output = explainer.activations_and_grads(x)
        wrapped.zero_grad()
        target(output[0]).backward()
        activations = explainer.activations_and_grads.activations[0].numpy()
        gradients = explainer.activations_and_grads.gradients[0].numpy()
        found = explainer.get_cam_image(x, net.deep, [target], activations, gradients, False)[0]
    return np.maximum(found, 0) / weights.sum()


def case(name, x):
    classes, ending, reading, meant = CASES[name]
    net = Net(classes, ending).eval()
    net.spread(x)
    with torch.no_grad():
        logits = meant(net.logits(x))
    masks = regions(logits, reading)
    everywhere = torch.ones_like(masks[0])
    shares, scores = [], []
    for c, mask in enumerate(masks):
        shares.append(mask.float().mean().item())
        scores.append(logits[0, c][mask if mask.any() else everywhere].mean().item())
    explained = int(np.argmax(shares))
    own = masks[explained] if masks[explained].any() else everywhere
    left, top, width, height = DRAWN
    rows, columns = logits.shape[2:]
    drawn = torch.zeros(rows, columns, dtype=torch.bool)
    for row in range(rows):
        for column in range(columns):
            px, py = (column + 0.5) / columns * WIDTH, (row + 0.5) / rows * HEIGHT
            drawn[row, column] = left <= px < left + width and top <= py < top + height
    facts = {
        "reading": reading,
        "positions": [rows, columns],
        "shares": shares,
        "scores": scores,
        "explained": explained,
        "map": cam(net, meant, x, explained, own).ravel().tolist(),
        "drawn_map": cam(net, meant, x, explained, drawn).ravel().tolist(),
    }
    return net, facts


def main(out):
    pixels = image()
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    facts = {"drawn": DRAWN, "cases": {}}
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(pixels).save(os.path.join(folder, "image.png"))
        for name in CASES:
            net, facts["cases"][name] = case(name, x)
            program = torch.export.export(net, (x,))
            torch.export.save(program, os.path.join(folder, f"{name}.pt2"))
            torch.onnx.export(net, (x,), os.path.join(folder, f"{name}.onnx"), dynamo=True, verbose=False)
        for name, returned in FEATURES.items():
            program = torch.export.export(Features(returned).eval(), (x,))
            torch.export.save(program, os.path.join(folder, f"{name}.pt2"))
        with open(os.path.join(folder, "facts.json"), "w") as file:
            json.dump(facts, file)
        with open(os.path.join(folder, "preprocess.json"), "w") as file:
            json.dump({"mean": [0, 0, 0], "std": [1, 1, 1], "crop_pct": 1, "interpolation": "nearest"}, file)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(os.listdir(folder)):
                info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                with open(os.path.join(folder, name), "rb") as file:
                    archive.writestr(info, file.read())
        with open(out, "wb") as file:
            file.write(gzip.compress(buffer.getvalue(), mtime=0))
    for name, found in facts["cases"].items():
        print(f"{name:16} {found['positions']} class {found['explained']}", [round(s, 3) for s in found["shares"]])


if __name__ == "__main__":
    main(sys.argv[1])
