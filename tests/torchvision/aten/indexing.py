"""Values taken out, put in, moved, repeated and split; tensors made from nothing."""

import torch
import torch.nn.functional as F
from torch import nn

N = torch.tensor([2, 0, 1, 2])


def calibrated(x, thresholds):
    """Probabilities below and above a threshold, each moved on their own, as torchxrayvision does."""
    p = torch.sigmoid(x)
    level = thresholds.expand(p.shape)
    low = p < level
    out = torch.zeros_like(p) + 0.5
    out[low] = p[low] / (level[low] * 2)
    out[~low] = 1.0 - (1.0 - p[~low]) / ((1 - level[~low]) * 2)
    return out


def cases(case):
    moved(case)
    repeated(case)
    picked(case)
    put(case)
    split(case)
    made(case)


def moved(case):
    case("flip", lambda x: [x.flip(-1), x.flip((1, 2)), torch.fliplr(x[0]), torch.flipud(x[0])])
    case("flip, times the picture", lambda x: x.flip(3) * x)
    case("roll", lambda x: [x.roll(1), x.roll((1, -2), (2, 3))])
    case("rot90", lambda x: [x.rot90(1, (2, 3)), x.rot90(2, (1, 2)), x.rot90(-1, (2, 3)) * 2, torch.rot90(x[0, 0])])
    case("T, mT, adjoint", lambda x: [x[0, 0].T * 2, x.mT @ x, x[0].adjoint(), x.mH])
    case("movedim, moveaxis", lambda x: [x.movedim(1, -1), x.movedim((0, 1), (2, 0)), x.moveaxis(-1, 0), x.swapaxes(1, 2), x.swapdims(1, 2)])
    case("permute, transpose", lambda x: [x.permute(0, 2, 3, 1), x.transpose(1, -1), x[0, 0].t()])
    case("squeeze", lambda x: [x.squeeze(), x.squeeze(0), x[:, :1].squeeze((0, 1)), x.squeeze((0, 1)), x.unsqueeze(-1).squeeze(-1)])
    case("views", lambda x: [x.flatten(1), x.ravel(), x.unflatten(1, (3, 1)), x.view(-1, 5), x.reshape(3, -1), x.view_as(x),
                             x.reshape_as(x[0]), x.narrow(2, 1, 2), x.narrow(-1, -2, 2), x.unsqueeze(2)])
    case("expand", lambda x: [x[:, :, :1].expand(-1, -1, 4, -1), x[:, :1].broadcast_to(1, 3, 4, 5), x[:, :1].expand_as(x)])
    case("diagonal", lambda x: [x.diagonal(0, 2, 3), x.diagonal(1, -1, -2), x[0, 0].diagonal(-1), x.diagonal(2, 1, 3)])
    case("diag_embed", lambda x: [torch.diag_embed(x[0, 0]), torch.diag_embed(x[0, 0], 1), torch.diag_embed(x[0, 0], -1, 0, 2)])
    case("tril, triu", lambda x: [x.tril(), x.triu(1), x.tril(-1), x.triu(-2)])
    case("unfold", lambda x: [x.unfold(2, 2, 1), x.unfold(3, 3, 2), x.unfold(2, 2, 2).unfold(3, 2, 2)])
    case("diagonal_scatter", lambda x: torch.diagonal_scatter(x, x[:, :, :, 0] * 2, 0, 2, 3))


def repeated(case):
    case("repeat", lambda x: [x.repeat(1, 2, 1, 3), x[0].repeat(2, 1, 1, 1)])
    case("tile", lambda x: [x.tile(2, 3), x[0, 0].tile((2, 1, 2))])
    case("repeat_interleave", lambda x: [x.repeat_interleave(2, 1), x.repeat_interleave(3)])
    case("meshgrid", lambda x: [*torch.meshgrid(x[0, 0, 0], x[0, 0, :, 0], indexing="ij"),
                                *torch.meshgrid(x[0, 0, 0], x[0, 1, :, 0], x[0, :, 0, 0], indexing="xy")])
    case("meshgrid of constants", lambda x, a, b: [g * x[0, 0] for g in torch.meshgrid(a, b, indexing="ij")],
         torch.arange(4.0), torch.arange(5.0))


def picked(case):
    case("gather", lambda x, i: x.gather(1, i), torch.tensor([0, 2, 1, 1, 0, 2] * 4).reshape(1, 2, 4, 3))
    case("gather, positions of the picture", lambda x: x.gather(3, x.argsort(3)))
    case("take_along_dim", lambda x: [torch.take_along_dim(x, x.argmax(1, keepdim=True), 1), torch.take_along_dim(x, x.argsort(), -1)])
    case("index_select", lambda x, n: x.index_select(1, n), N)
    case("index", lambda x, n: [x[:, n], x[:, n, n], x[:, :, n, n + 1], x[0, n[:3], :, n[:3]], x[:, n[:, None] % 3, n]], N)
    case("index, by the picture", lambda x: x[:, x[0, :, 0, 0].argsort()])
    case("select, slice", lambda x: [x[0, 1], x[..., ::2], x[:, -1], x[:, :, 1:3], x[:, :, -3:-1]])
    case("embedding", lambda x, w, n: F.embedding(n, w) * x[..., :1].sum(), torch.arange(12.0).reshape(4, 3), N)
    case("embedding, of the picture", Embedded())
    case("one_hot", lambda x, n: [F.one_hot(n, 4) * x[0, 0, 0, 0], F.one_hot(x.argmax(1), 3) * x.permute(0, 2, 3, 1)], N)
    case("chosen by class", lambda x: x.flatten(1)[torch.arange(1), x.flatten(1).argmax(-1)])


class Embedded(nn.Module):
    """Words chosen by the picture, as a quantised network has them."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(6, 3)

    def forward(self, x):
        return self.words(x.abs().round().long().clamp(0, 5)) * x.unsqueeze(-1)


def put(case):
    i = torch.tensor([0, 2, 1, 1, 0] * 4).reshape(1, 1, 4, 5)
    case("scatter", lambda x, i: torch.zeros(1, 3, 4, 5).scatter(1, i, x[:, :1]), i)
    case("scatter into the picture", lambda x, i: [x.scatter(1, i, x[:, 1:2] * 3), x.scatter(1, i, 2.5)], i)
    case("scatter_add", lambda x, i: [x.scatter_add(1, i, x[:, 1:2] * 3), torch.zeros(1, 3, 4, 5).scatter_add(1, i, x[:, :1])], i)
    case("scatter_reduce", lambda x, i: [x.scatter_reduce(1, i, x[:, 1:2] * 3, "amax"), x.scatter_reduce(1, i, x[:, 1:2], "sum"),
                                         x.scatter_reduce(1, i, x[:, 1:2], "mean", include_self=False)], i)
    case("index_put", lambda x, n: [x[0].index_put((n[:2],), x[0, :2] * 5), x[0].index_put((n,), x[0, 0] + 0.5, accumulate=True)], N)
    case("index_put, in place", index_put)
    case("index_put, a mask", masked)
    case("index_add", lambda x, n: [x.index_add(1, n, x[:, [0, 1, 2, 0]] * 2), x.index_add(1, n, x[:, [0, 1, 2, 0]], alpha=0.5)], N)
    case("index_copy", lambda x, n: x.index_copy(1, n[:2], x[:, 1:] * 2), N)
    case("index_fill", lambda x, n: x.index_fill(1, n[:2], 0.5), N)
    case("masked_scatter", lambda x, m: x.masked_scatter(m, x.flatten() * 3), torch.tensor([True, False, True, False, True]))
    case("select_scatter, slice_scatter", lambda x: [x.select_scatter(x[:, 0] * 2, 1, 2), x.slice_scatter(x[:, :2] * 2, 1, 1)])
    case("written into zeros", written)


def index_put(x):
    y = x * 2
    y[:, [0, 2]] = x[:, :2] * 5
    return y


def masked(x):
    y = x * 2
    y[x > 1] = 0.5
    return y


def written(x):
    y = torch.zeros(1, 3, 6, 7)
    y[:, :, 1:5, 1:6] = x
    y[:, 0] += 1
    return y * 2


def split(case):
    case("chunk, split", lambda x: [p * (i + 1) for i, p in enumerate([*x.chunk(2, 3), *x.split(2, 2), *x.split([1, 2], 1), *x.unbind(1)])])
    case("tensor_split", lambda x: [p * (i + 1) for i, p in enumerate([*x.tensor_split(3, 3), *x.tensor_split((1, 3), 2)])])
    case("hsplit, vsplit", lambda x: [p * (i + 1) for i, p in enumerate([*x.hsplit(3), *x[0].vsplit(3), *x[0, 0, 0].hsplit(5)])])
    case("cat, stack", lambda x: [torch.cat([x, x * 2], 1), torch.stack([x, x * 3], -1), torch.concat([x, x], -1),
                                  torch.hstack([x, x * 2]), torch.vstack([x, x * 3]), torch.hstack([x[0, 0, 0], x[0, 1, 0]])])


def made(case):
    case("arange, linspace, eye", lambda x: [torch.arange(5) * x, torch.arange(1.0, 6.0) * x, torch.arange(0, 10, 2) * x,
                                             torch.linspace(-1, 1, 5) * x, torch.linspace(0, 3, 5, dtype=torch.int64) * x,
                                             torch.eye(4, 5) * x, torch.eye(3), torch.linspace(2.0, 1.0, 4)])
    case("empty, filled", lambda x: [x.new_empty(2, 3).fill_(2.0), torch.empty(2).zero_(), torch.empty_like(x).copy_(x * 2)])
    case("ones, masks", lambda x: [torch.ones(4, 5).tril() * x, torch.ones(4, 5, dtype=torch.bool).triu(1) * x])
    case("position ids", lambda x: torch.arange(3).expand(1, -1)[:, :, None, None] * x)
    case("index by a mask and put back", calibrated, torch.linspace(0.2, 0.7, 5))
