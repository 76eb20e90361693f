"""Functions of single values."""

import torch


def cases(case):
    case("exp", torch.exp)
    case("sin", torch.sin)
    case("cos", torch.cos)
    case("a buffer added", lambda x, w: x + w, torch.arange(5.0))
    case("leaky_relu", lambda x: torch.nn.functional.leaky_relu(x, 0.2))
