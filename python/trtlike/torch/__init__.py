"""PyTorch on trtlike: a backend of torch.compile, and torch_tensorrt's compile.

Needs torch (`pip install trtlike[torch]`).

    import torch
    import trtlike.torch

    compiled = torch.compile(model.eval(), backend="trtlike")
    with torch.no_grad():
        outputs = compiled(images)
"""

from trtlike.torch.backend import register, trtlike_backend
from trtlike.torch.compiling import compile, convert_method_to_trt_engine, load, save
from trtlike.torch.graphs import Report
from trtlike.torch.inputs import Input
from trtlike.torch.settings import Settings

register()

__all__ = [
    "Input",
    "Report",
    "Settings",
    "compile",
    "convert_method_to_trt_engine",
    "load",
    "save",
    "trtlike_backend",
]
