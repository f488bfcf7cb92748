"""NVRTC under the name that cuda-python had for it before 12.6."""

from trtlike.cuda.bindings.nvrtc import *  # noqa: F403
from trtlike.cuda.bindings.nvrtc import __getattr__ as __getattr__
