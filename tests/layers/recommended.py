"""Exports small networks in which the last feature map is not simply the layer before the classifier.

    python tests/layers/recommended.py tests/layers/recommended.zip.gz

`src/model/tests/recommended.rs` says which layer each should propose, and why others have no map; `values.rs` beside
it, what may be given for a second input. The weights do not
matter; they are seeded. Needs onnx, onnxscript and torch.
"""

import gzip
import io
import sys
import warnings
import zipfile

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")

CHANNELS, CLASSES, SIDE = 6, 3, 16


def stage(channels_in, channels_out, stride=2):
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 3, stride, 1), nn.ReLU())


def stem():
    return nn.Sequential(stage(3, 4), stage(4, CHANNELS))


def tokens(x):
    return x.flatten(2).transpose(1, 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = stem()
        self.head = nn.Linear(CHANNELS, CLASSES)


class Patches(Net):
    """Four patches as a batch; what is largest over them counts."""

    def forward(self, x):
        half = SIDE // 2
        x = x.unfold(2, half, half).unfold(3, half, half).permute(0, 2, 3, 1, 4, 5)
        x = self.body(x.reshape(-1, 3, half, half)).mean((2, 3))
        return self.head(x.view(-1, 4, CHANNELS).amax(1))


class LatePatches(Net):
    """The same after a first stage that sees the whole picture."""

    def __init__(self):
        super().__init__()
        self.first = stage(3, 3, 1)

    def forward(self, x):
        return Patches.forward(self, self.first(x))


class Pair(Net):
    """The halves of six bands are two pictures, side by side in the batch."""

    def forward(self, x):
        left, right = self.body(torch.cat(x.chunk(2, 1))).mean((2, 3)).chunk(2)
        return self.head((left - right).abs())


class Gated(Net):
    """Gated attention over positions (Ilse et al. 2018)."""

    def __init__(self):
        super().__init__()
        self.v, self.u, self.w = nn.Linear(CHANNELS, 5), nn.Linear(CHANNELS, 5), nn.Linear(5, 1)

    def weights(self, t):
        return torch.softmax(self.w(torch.tanh(self.v(t)) * torch.sigmoid(self.u(t))), 1)

    def forward(self, x):
        t = tokens(self.body(x))
        return self.head((self.weights(t) * t).sum(1))


class Bag(Gated):
    """The same as its authors write it: a product of matrices."""

    def forward(self, x):
        t = tokens(self.body(x))
        return self.head((self.weights(t).transpose(1, 2) @ t).squeeze(1))


class Vlad(Net):
    """NetVLAD (Arandjelović et al. 2016)."""

    def __init__(self):
        super().__init__()
        self.assign, self.centres = nn.Conv2d(CHANNELS, 5, 1), nn.Parameter(torch.rand(5, CHANNELS))
        self.head = nn.Linear(5 * CHANNELS, CLASSES)

    def forward(self, x):
        x = F.normalize(self.body(x), dim=1)
        a = self.assign(x).flatten(2).softmax(1)
        v = torch.einsum("bkn,bcn->bkc", a, x.flatten(2)) - a.sum(2)[..., None] * self.centres
        return self.head(F.normalize(v, dim=2).flatten(1))


class GateFirst(Net):
    """A spatial gate that stands before what it weighs, as CBAM's."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Conv2d(2, 1, 3, padding=1)

    def forward(self, x):
        x = self.body(x)
        both = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return self.head((torch.sigmoid(self.gate(both)) * x).mean((2, 3)))


class Experts(Net):
    """A mixture of experts that are weighed and added."""

    def __init__(self):
        super().__init__()
        self.gate, self.experts = nn.Linear(CHANNELS, 3), nn.ModuleList(stage(CHANNELS, CHANNELS, 1) for _ in range(3))

    def forward(self, x):
        x = self.body(x)
        gates = torch.softmax(self.gate(x.mean((2, 3))), 1)
        x = torch.stack([expert(x) for expert in self.experts], 1)
        return self.head((x * gates[:, :, None, None, None]).sum(1).mean((2, 3)))


class Ensemble(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Net(), Net()

    def forward(self, x):
        return sum(net.head(net.body(x).mean((2, 3))) for net in (self.first, self.second)) / 2


class Beside(Experts):
    """Experts beside a residual connection, which has the evidence of all."""

    def forward(self, x):
        x = self.body(x)
        return self.head((x + sum(expert(x) for expert in self.experts)).mean((2, 3)))


class Flat(Net):
    """Residual sums that belong to no module, and a norm after the last."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(CHANNELS, CHANNELS) for _ in range(3))
        self.norm = nn.LayerNorm(CHANNELS)

    def forward(self, x):
        x = tokens(self.body(x))
        for block in self.blocks:
            x = x + F.gelu(block(x))
        return self.head(self.norm(x).mean(1))


class FlatConvolutions(Net):
    """The same without a norm."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(stage(CHANNELS, CHANNELS, 1) for _ in range(3))

    def forward(self, x):
        x = self.body(x)
        for block in self.blocks:
            x = x + block(x)
        return self.head(x.mean((2, 3)))


class Pyramid(Net):
    """Maps of several depths, pooled and joined."""

    def __init__(self):
        super().__init__()
        self.deeper, self.head = stage(CHANNELS, CHANNELS), nn.Linear(2 * CHANNELS, CLASSES)

    def forward(self, x):
        x = self.body(x)
        return self.head(torch.cat([x.mean((2, 3)), self.deeper(x).mean((2, 3))], 1))


class Single(Net):
    """A last map of one channel."""

    def __init__(self):
        super().__init__()
        self.last, self.head = stage(CHANNELS, 1, 1), nn.Linear(1, CLASSES)

    def forward(self, x):
        return self.head(self.last(self.body(x)).mean((2, 3)))


class Sites(Net):
    """What is added to the features depends on a second input, the number of a site."""

    def __init__(self):
        super().__init__()
        self.sites = nn.Embedding(4, CHANNELS)

    def forward(self, x, site):
        return self.head(self.body(x).mean((2, 3)) + self.sites(site))


NETWORKS = {
    "patches": Patches,
    "late_patches": LatePatches,
    "pair": Pair,
    "gated": Gated,
    "bag": Bag,
    "vlad": Vlad,
    "gate_first": GateFirst,
    "experts": Experts,
    "ensemble": Ensemble,
    "beside": Beside,
    "flat": Flat,
    "flat_convolutions": FlatConvolutions,
    "pyramid": Pyramid,
    "single": Single,
    "sites": Sites,
}


def exported(net, args, suffix):
    file = io.BytesIO()
    if suffix == "pt2":
        torch.export.save(torch.export.export(net, args), file)
    else:
        names = ["x", "site"][: len(args)]
        torch.onnx.export(net, args, file, dynamo=False, opset_version=17, input_names=names)
    return file.getvalue()


def main(path):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, network in NETWORKS.items():
            torch.manual_seed(0)
            net = network().eval()
            args = (torch.rand(1, 6 if name == "pair" else 3, SIDE, SIDE),)
            if name == "sites":
                args += (torch.tensor([1]),)
            for suffix in ("pt2", "onnx"):
                archive.writestr(zipfile.ZipInfo(f"{name}.{suffix}"), exported(net, args, suffix))
    with open(path, "wb") as file:
        file.write(gzip.compress(raw.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
