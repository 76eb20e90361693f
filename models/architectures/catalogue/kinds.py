"""The two kinds of entries of the catalogue.

A *published* network is exported as it is. Where another one of the same library has the same template, with other
numbers of blocks or other widths, the two share a graph, and every size between and beyond them opens as well.
A *family* is exported at several small sizes that nobody published, so that its template holds for all.
"""

from dataclasses import dataclass, field


@dataclass
class Network:
    """A network that people have weights of."""

    name: str
    library: str
    make: callable
    size: int
    # In timm's keys, by what each is called; the first is the usual one.
    preprocess: dict
    # How it differs from another one with the same tensors, if there is one.
    hint: str = ""
    # Whether weights are those of another network with the same tensors, if nothing says otherwise.
    unusual: bool = False
    # What `config.json` has to say, where it says it.
    config: dict = field(default_factory=dict)


@dataclass
class Lead:
    """One size of a family: the network of `make(classes)`, and what its parameters are there."""

    make: callable
    size: int
    parameters: dict = field(default_factory=dict)
    # What tells it from other sizes.
    key: str = ""


@dataclass
class Family:
    name: str
    library: str
    leads: list
    # How each parameter is found: see `architectures/template.rs`.
    parameters: dict
    preprocess: dict
    # What `config.json` has to say, where it says it: other values are other networks.
    config: dict = field(default_factory=dict)
    # Sizes that people have, which the template has to give as they are.
    also: list = field(default_factory=list)
    # What the side of the picture has to be a multiple of.
    multiple: int = 1
    # Parameters that must not have a value, as an expression: another family is for that.
    unequal: dict = field(default_factory=dict)
    hint: str = ""
    unusual: bool = False
