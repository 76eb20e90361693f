"""Functions of single values: of one, of two, of three; activations, comparisons, choices, dtypes."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def positive(x):
    return x * x + 0.5


def within(x):
    """Inside of -1 to 1."""
    return x / 4


def cases(case):
    of_one(case)
    of_two(case)
    of_three(case)
    activations(case)
    choices(case)
    dtypes(case)
    in_place(case)


def of_one(case):
    for name in ["abs", "atan", "asinh", "cos", "cosh", "deg2rad", "erf", "erfc", "exp", "exp2", "expm1", "frac",
                 "rad2deg", "sin", "sinc", "sinh", "square", "tan", "tanh", "sigmoid", "neg", "positive"]:
        case(name, getattr(torch, name))
    for name in ["digamma", "lgamma", "log", "log10", "log1p", "log2", "reciprocal", "rsqrt", "sqrt"]:
        case(name, lambda x, f=getattr(torch, name): f(positive(x)))
    for name in ["acos", "asin", "atanh", "erfinv"]:
        case(name, lambda x, f=getattr(torch, name): f(within(x)))
    case("acosh", lambda x: torch.acosh(positive(x) + 1))
    for name in ["ceil", "floor", "round", "sgn", "sign", "trunc", "isfinite", "isinf", "isnan", "signbit", "logical_not"]:
        case(name, lambda x, f=getattr(torch, name): f(x))
    case("floor, times the picture", lambda x: torch.floor(x) * x)
    case("round to decimals", lambda x: torch.round(x * 1.37, decimals=1) * x)
    case("nan_to_num", lambda x: torch.nan_to_num(torch.where(x > 1, x, float("nan")) + x, nan=2.0))
    case("nan_to_num, infinite", lambda x: torch.nan_to_num(torch.where(x > 1, x, float("inf")), posinf=3.0) * x)
    case("logit", lambda x: torch.logit(torch.sigmoid(x)))
    case("logit, eps", lambda x: torch.logit(torch.sigmoid(x), eps=0.1))
    case("special functions", lambda x: torch.special.expit(x) + torch.special.erf(x) + torch.special.log1p(positive(x)))
    for name in ["arctan", "absolute", "negative", "arcsinh"]:
        case(name, getattr(torch, name))


def of_two(case):
    w = (torch.arange(5.0) - 1.7) / 2
    for name in ["maximum", "minimum", "fmax", "fmin", "atan2", "hypot", "logaddexp", "logaddexp2", "copysign",
                 "fmod", "remainder", "true_divide", "subtract", "multiply", "max", "min"]:
        case(name, lambda x, w, f=getattr(torch, name): f(x, w), w)
        if name not in ["fmod", "remainder", "true_divide"]:
            case(f"{name}, the picture second", lambda x, w, f=getattr(torch, name): f(w, x), w)
    for name in ["fmod", "remainder", "true_divide"]:
        case(f"{name}, number", lambda x, f=getattr(torch, name): f(x, 0.7))
        case(f"{name}, negative number", lambda x, f=getattr(torch, name): f(x, -0.7))
    case("xlogy", lambda x, w: torch.xlogy(x, w), positive(w))
    case("xlogy, number", lambda x: torch.xlogy(2.0, positive(x)))
    case("heaviside", lambda x, w: torch.heaviside(x.detach(), w) * x, w)
    case("floor_divide", lambda x, w: torch.floor_divide(x.detach(), w) * x, w)
    case("floor_divide, number", lambda x: (x.detach() // 0.3) * x)
    case("div, trunc", lambda x, w: torch.div(x, w, rounding_mode="trunc") * x, w)
    case("div, floor, number", lambda x: torch.div(x, 0.3, rounding_mode="floor") * x)
    case("div, trunc, number", lambda x: torch.div(x, 0.3, rounding_mode="trunc") * x)
    case("div, number", lambda x: x / 3)
    case("number, divided", lambda x: 3 / positive(x))
    case("add, alpha", lambda x, w: torch.add(x, w, alpha=0.5), w)
    case("sub, alpha", lambda x, w: torch.sub(w, x, alpha=0.5), w)
    case("rsub", lambda x: 2 - x)
    case("rsub, alpha", lambda x: torch.rsub(x, 2.0, alpha=0.5))
    case("rsub, tensor", lambda x, w: torch.rsub(x, w, alpha=0.5), w)
    case("pow, tensors", lambda x, w: torch.pow(positive(x), w), w)
    case("pow, tensors, the picture second", lambda x, w: torch.pow(w, x), positive(w))
    case("pow, number", lambda x: positive(x) ** 1.5 + x ** 2 + x ** 3 + positive(x) ** -0.5)
    case("pow, of a number", lambda x: 2.5 ** x)
    case("pow, of a negative number", lambda x: torch.pow(-2.0, torch.floor(x)) + x)
    for name in ["eq", "ne", "gt", "ge", "lt", "le", "greater", "greater_equal", "less", "less_equal", "not_equal"]:
        f = getattr(torch, name)
        case(name, lambda x, w, f=f: f(x, w) * x, torch.tensor([1 / 64, 2.0, -1.0, 3.0, 0.5]))
        case(f"{name}, number", lambda x, f=f: f(x, 1 / 64) * x)
        case(f"{name}, whole number", lambda x, f=f: f(x.round(), 1).float() * x)
    for name in ["logical_and", "logical_or", "logical_xor"]:
        f = getattr(torch, name)
        case(name, lambda x, f=f: f(x > 0, x < 1) * x)
    for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
        f = getattr(torch, name)
        case(name, lambda x, f=f: f(x > 0, x < 1) * x)
        case(f"{name}, integers", lambda x, f=f: f((x * 16).int(), 12) * x)
        case(f"{name}, constants", lambda x, w, f=f: f(w, 6) * x, torch.arange(5))
    case("and, or, xor, not", lambda x: ((x > 0) & (x < 2) | (x > 3) ^ ~(x < -1)) * x)
    case("not of integers", lambda x, w: ~w * x, torch.arange(5))
    case("shifts", lambda x, w: (w << 2) * x + (w >> 1) + (1 << w), torch.arange(5))


def of_three(case):
    a, b = (torch.arange(5.0) - 1.7) / 2, (torch.arange(4.0) + 0.3).reshape(4, 1)
    case("addcmul", lambda x, a, b: torch.addcmul(x, a, x + b, value=0.5), a, b)
    case("addcdiv", lambda x, a, b: torch.addcdiv(a, x, b, value=0.5), a, b)
    case("addcdiv, the picture below", lambda x, a, b: torch.addcdiv(a, b, positive(x)), a, b)
    case("lerp", lambda x, a: torch.lerp(x, a, 0.3), a)
    case("lerp, tensor", lambda x, a, b: torch.lerp(x, a, b / 5), a, b)
    case("lerp, the picture as weight", lambda x, a, b: torch.lerp(a, b, x), a, b)
    case("clamp, tensors", lambda x, a, b: torch.clamp(x, a, a + b), a, b)
    case("clamp, tensor below", lambda x, a: torch.clamp(x, min=a), a)
    case("clamp, tensor above", lambda x, a: torch.clamp_max(x, a), a)
    case("clip", lambda x: torch.clip(x, -1.0, 1.0))
    case("clamp, below", lambda x: torch.clamp_min(x, 0.5))


def activations(case):
    case("leaky_relu", lambda x: F.leaky_relu(x, 0.2))
    case("elu", lambda x: F.elu(x, 0.7))
    case("selu", F.selu)
    case("celu", lambda x: F.celu(x, 0.7))
    case("glu", lambda x: F.glu(x, 2))
    case("gelu", F.gelu)
    case("gelu, tanh", lambda x: F.gelu(x, approximate="tanh"))
    case("silu", F.silu)
    case("mish", F.mish)
    case("softplus", F.softplus)
    case("softplus, beta", lambda x: F.softplus(x, beta=2.0, threshold=3.0))
    case("logsigmoid", F.logsigmoid)
    case("softsign", F.softsign)
    case("hardshrink", lambda x: F.hardshrink(x, 0.6))
    case("softshrink", lambda x: F.softshrink(x, 0.6))
    case("tanhshrink", F.tanhshrink)
    case("threshold", lambda x: F.threshold(x, 0.3, -2.0))
    case("threshold, a rectifier", lambda x: F.threshold(x, 0.0, 0.0) * x)
    case("rrelu", lambda x: F.rrelu(x, 0.1, 0.3))
    case("prelu", nn.PReLU())
    prelu = nn.PReLU(3)
    with torch.no_grad():
        prelu.weight.copy_(torch.tensor([0.1, -0.4, 0.7]))
    case("prelu, a slope for each channel", prelu)
    case("hardtanh", lambda x: F.hardtanh(x, -0.5, 0.8))
    case("hardtanh_", lambda x: F.hardtanh(x * 2, -0.5, 0.8, inplace=True))
    case("relu6", F.relu6)
    case("hardswish", F.hardswish)
    case("hardsigmoid", F.hardsigmoid)
    case("softmax", lambda x: x.softmax(1) * x)
    case("log_softmax", lambda x: x.log_softmax(-1))
    case("softmin", lambda x: F.softmin(x, 2) * x)


def choices(case):
    w = (torch.arange(5.0) - 1.7) / 2
    case("where", lambda x, w: torch.where(x > w, x, w), w)
    case("where, the picture twice", lambda x: torch.where(x > 0, x * 2, x * x))
    case("where, number", lambda x: torch.where(x > 0, x, 0.5))
    case("where, number first", lambda x: torch.where(x > 0, -1.0, x))
    case("where, numbers", lambda x: torch.where(x > 0, 2.0, 3.0) * x)
    case("where, whole numbers", lambda x: torch.where(x > 0, 2, 3) * x)
    case("masked_fill", lambda x: x.masked_fill(x > 1, 0.3))
    case("masked_fill, tensor", lambda x, w: x.masked_fill(x > 1, w[1]), w)
    case("masked_fill, the picture's", lambda x: (x * 2).masked_fill(x > 1, x.mean()))
    case("zeros_like, ones_like, full_like", lambda x: [torch.zeros_like(x), torch.ones_like(x), torch.full_like(x, 2.5),
                                                        torch.full_like(x, 2, dtype=torch.int64)])


def dtypes(case):
    n, m = torch.arange(5), torch.tensor([2, -3, 5, 7, -2])
    b = torch.tensor([True, False, True, True, False])
    case("integers and a float", lambda x, n: n * 2.0 / 3 + (n + 1.0) // 2 + x, n)
    case("integers divided", lambda x, n, m: [n / m + x, n / 3 + x, 5 / m + x], n, m)
    case("integers divided, floor", lambda x, n, m: [n // m, torch.div(n, m, rounding_mode="trunc"), n // 2, n % m, n % 3,
                                                     torch.fmod(n, m), -n // 2], n, m)
    case("integers to the power", lambda x, n, m: [n ** 2, n ** 0.5, 2 ** n, 2.0 ** n, (n + 1.0) ** m, n ** n], n, m)
    case("integers, a square root", lambda x, n: [n.sqrt(), n.exp(), n.sin(), torch.rsqrt(n + 1)], n)
    case("truth values added", lambda x, b: [b + 1, b * 2.5, b.sum(), b.cumsum(0), b.float().mean(), ~b, b + b], b)
    case("integers added up", lambda x, n: [n.sum(), n.cumsum(0), n.prod(), n.cumprod(0), n.amax(), n.sum(dtype=torch.float32)], n)
    case("casts", lambda x, n: [x.long() * x, x.int().float(), x.bool() * x, x.double() * 2, x.half().float() * 0 + x,
                                n.to(torch.float32) * x, n.bool(), x.to(torch.uint8) * 0], n)
    case("int + number", lambda x, n: [(n + 1) * x, (n - 1) * x, (n * 3) * x, (2 - n) * x, n.clamp(1, 3) * x, -n * x, abs(n) * x], n)
    case("type_as", lambda x, n: n.type_as(x) * x, n)
    case("full, ones, zeros", lambda x: [torch.full((2,), 5), torch.full((2,), 5.5), torch.full((2,), True), torch.ones(2),
                                         torch.zeros(2, dtype=torch.int64), x.new_zeros(2), x.new_ones(2), x.new_full((2,), 3),
                                         x.long().new_zeros(2), torch.tensor(3) / 2])
    case("autocast", AutoCast())
    case("no_grad", NoGrad())
    case("no_grad within", NoGradWithin())


class AutoCast(nn.Module):
    def forward(self, x):
        with torch.autocast("cpu", enabled=False):
            y = x * 2 + 1
        return y * x


class NoGrad(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            scale = x.abs().mean() + 1
            shift = scale * 2
        return x / scale + shift


class NoGradWithin(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            a = x * 2
            with torch.enable_grad():
                a = a + 1
        with torch.no_grad():
            b = x.mean() * 3
        return x * b + a


def in_place(case):
    for name in ["abs_", "exp_", "sin_", "neg_", "square_", "tanh_", "sigmoid_", "floor_", "round_"]:
        case(name, lambda x, name=name: getattr(x * 2, name)() * x)
    case("in place, of two", lambda x: (x * 2).mul_(x).add_(1).sub_(x, alpha=2).div_(3).clamp_(-4, 4).pow_(2))
    case("in place, remainders", lambda x: (x * 2).remainder_(1.3).fmod_(0.9) * x)
    case("in place, a comparison", lambda x: (x * 2).gt_(0) * x)
    case("in place, bits", lambda x: (x > 0).bitwise_and_(x < 2).logical_or_(x > 3) * x)
    case("in place, iand", iand)
    case("in place, a part", part)
    case("in place, a mask", lambda x: (x * 2).masked_fill_(x > 1, 0.3))
    case("in place, lerp and addcmul", lambda x: (x * 2).lerp_(x, 0.3).addcmul_(x, x, value=0.1))


def iand(x):
    mask = x > 0
    mask &= x < 2
    return mask * x


def part(x):
    y = x * 2
    y[:, 1] = y[:, 1] * 3
    y[:, :, 0] += 1
    y[..., 2:4] *= x[..., 1:3]
    return y
