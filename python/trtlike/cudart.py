"""The CUDA runtime's calls on host memory, as cuda-python's `cudart` answers them.

>>> from trtlike import cudart
>>> cudart.cudaGetDeviceCount()
(<cudaError_t.cudaSuccess: 0>, 1)
"""

from trtlike.cuda.bindings.runtime import *  # noqa: F403
from trtlike.cuda.bindings.runtime import __getattr__ as __getattr__
