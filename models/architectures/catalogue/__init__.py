"""What architectures.zip is made of: the networks of each library, and how each of them prepares a picture."""

from . import timm_vits, timm_windows
from .of_timm import timm_networks
from .of_torchvision import AUXILIARY, torchvision_networks
from .of_transformers import transformers_families

__all__ = ["AUXILIARY", "FOREIGN", "families", "timm_networks", "torchvision_networks"]

# What older versions of the libraries kept in a file and newer ones work out, by how the names end.
FOREIGN = [
    "num_batches_tracked", "relative_position_index", "relative_coords_table", "attention_bias_idxs", "attn_mask",
    "position_ids",
]


def families():
    return [*timm_vits.families(), *timm_windows.families(), *transformers_families()]
