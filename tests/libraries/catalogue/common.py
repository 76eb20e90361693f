"""What the catalogues of several libraries use."""

from functools import partial

from torch import nn

CLASSES = 8


class Pick(nn.Module):
    """Lets only one part of what a model returns out."""

    def __init__(self, model, pick):
        super().__init__()
        self.model, self.pick = model, pick

    def forward(self, x):
        return self.pick(self.model(x))


def over_map(scores):
    return scores.mean((2, 3))


def both(name, make):
    return {name: partial(make, name, False), f"{name}.raw": partial(make, name, True)}
