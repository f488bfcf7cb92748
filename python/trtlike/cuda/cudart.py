"""The CUDA runtime under the name that cuda-python had for it before 12.6."""

from trtlike.cuda.bindings.runtime import *  # noqa: F403
from trtlike.cuda.bindings.runtime import __getattr__ as __getattr__
