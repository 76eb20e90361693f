"""Writes small networks that compare two pictures, as .pt2 and .onnx, and what PyTorch says about them.

    python tests/answers/two_pictures.py tests/answers/two_pictures.zip.gz     (torch 2.13, torchvision, onnxscript)

`embedding` returns 12 numbers without a norm, `unit` the same at length 1: the target is their cosine to
the numbers of the second picture, as pytorch-grad-cam's SimilarityToConceptTarget has it. `siamese` takes both
pictures at once, and `siamese_open` at any size; `per_pixel_open` subtracts one from the other first. The
pictures are prepared by torchvision's own transforms.
"""
import gzip, io, json, os, sys, tempfile, warnings, zipfile
import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
SIDE = 32
LARGER = 48


def prepared(picture, side=SIDE):
    resized = transforms.Resize(int(side / 0.875), transforms.InterpolationMode.BILINEAR)
    return normalised(transforms.CenterCrop(side)(resized(picture)))


def stretched(picture):
    return normalised(picture.resize((SIDE, SIDE), Image.BILINEAR))


def normalised(picture):
    return transforms.Compose([
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])(picture)[None]


# Each is taken as the second picture's input too, so that nothing depends on this one.
SAMPLE = torch.linspace(-1, 1, 3 * SIDE * SIDE).reshape(1, 3, SIDE, SIDE)


class Features(nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(8, 10, 3, padding=1), nn.ReLU(),
        )
        self.head = nn.Linear(10, 12, bias=False)
        with torch.no_grad():
            self.features[2].weight.mul_(4)
            self.features[2].bias.sub_(0.3)

    def embed(self, map):
        return self.head(map.mean((2, 3)))


class Embedding(Features):
    def __init__(self, unit):
        super().__init__(5)
        self.unit = unit

    def forward(self, x):
        e = self.embed(self.features(x))
        return nn.functional.normalize(e) if self.unit else e


class Siamese(Features):
    def __init__(self):
        super().__init__(6)
        self.verdict = nn.Linear(12, 2)

    def forward(self, left, right):
        a, b = self.embed(self.features(left)), self.embed(self.features(right))
        return self.verdict((a - b).abs())


class PerPixel(Siamese):
    """The two have to have the same size."""

    def forward(self, left, right):
        return self.verdict(self.embed(self.features(left - right)))


def picture(seed, size):
    """Smooth waves in all colours."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[: size[1], : size[0]] / max(size)
    planes = []
    for _ in range(3):
        fx, fy, phase = noise.uniform(2, 14, 3)
        planes.append(127.5 + 127.5 * np.sin(fx * x + fy * y + phase) * np.cos(fy * x * y))
    return Image.fromarray(np.stack(planes, 2).astype(np.uint8))


def explained(score, map, image):
    """Grad-CAM, and the gradient at every second pixel of the first channel."""
    at_map, at_image = torch.autograd.grad(score, (map, image))
    cam = torch.relu((at_map.mean((2, 3), keepdim=True) * map).sum(1))[0]
    return {
        "map": [float(f"{v:.7g}") for v in cam.flatten().tolist()],
        "side": cam.shape[0],
        "gradient": [float(f"{v:.5g}") for v in at_image[0, 0, ::2, ::2].flatten().tolist()],
    }


def main(archive):
    pictures = {"first.png": picture(1, (108, 72)), "second.png": picture(2, (72, 72))}
    first, second = (prepared(picture) for picture in pictures.values())
    facts, files = {}, {}
    for name, unit in (("embedding", False), ("unit", True)):
        net = Embedding(unit).eval()
        with torch.no_grad():
            reference = net(second)
        image = first.clone().requires_grad_()
        map = net.features(image)
        e = net.embed(map)
        cosine = nn.functional.cosine_similarity(e, reference)[0]
        facts[name] = {
            "cosine": cosine.item(),
            "similar": explained(cosine, map, image),
            "different": explained(-nn.functional.cosine_similarity(net.embed(map := net.features(image)), reference)[0], map, image),
        }
        files[name] = (net, (SAMPLE,))
    net = Siamese().eval()
    image = first.clone().requires_grad_()
    map = net.features(image)
    with torch.no_grad():
        other = net.embed(net.features(second))
    logits = net.verdict((net.embed(map) - other).abs())
    facts["siamese"] = {"logits": logits[0].tolist(), "for_1": explained(logits[0, 1], map, image)}
    per_pixel = PerPixel().eval()
    with torch.no_grad():
        facts["per_pixel"] = per_pixel(*(prepared(picture, LARGER) for picture in pictures.values()))[0].tolist()
        facts["larger"] = net(*(prepared(picture, LARGER) for picture in pictures.values()))[0].tolist()
        # The wide one as the second picture, both stretched.
        wide, square = (stretched(picture) for picture in pictures.values())
        e, f = (Embedding(False).eval()(image) for image in (square, wide))
        facts["stretched"] = {
            "cosine": nn.functional.cosine_similarity(e, f).item(),
            "logits": net(square, wide)[0].tolist(),
        }
    files["siamese"] = (net, (SAMPLE, SAMPLE.flip(3)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out, tempfile.TemporaryDirectory() as folder:
        def add(name, data):
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        for name, (net, inputs) in files.items():
            for ending in ("pt2", "onnx"):
                path = os.path.join(folder, f"{name}.{ending}")
                if ending == "pt2":
                    torch.export.save(torch.export.export(net, inputs), path)
                else:
                    torch.onnx.export(net, inputs, path, dynamo=True, external_data=False, verbose=False)
                add(f"{name}.{ending}", open(path, "rb").read())
        # Height and width open.
        names = ["left", "right"]
        axes = {name: {0: "batch", 2: "height", 3: "width"} for name in names}
        for name, net in (("siamese", net), ("per_pixel", per_pixel)):
            path = os.path.join(folder, f"{name}_open.onnx")
            torch.onnx.export(net, inputs, path, dynamo=False, input_names=names, dynamic_axes=axes)
            add(f"{name}_open.onnx", open(path, "rb").read())
        for name, image in pictures.items():
            png = io.BytesIO()
            image.save(png, "PNG")
            add(name, png.getvalue())
        add("facts.json", json.dumps(facts))
    with open(archive, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
