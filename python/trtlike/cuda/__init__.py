"""CUDA's Python interfaces on host memory, for scripts that carry buffers and streams to TensorRT.

`cudart`, `cuda` and `nvrtc` (also under `bindings`) answer as cuda-python does, `pycuda` and `cupy`
as those packages do. Below all of them lies `host`: one allocator, one kind of stream and event.
`trtlike run SCRIPT.py` puts them in the place of the packages whose names they bear.

>>> from trtlike.cuda import cudart
>>> err, pointer = cudart.cudaMalloc(1024)
>>> cudart.cudaFree(pointer) == (cudart.cudaError_t.cudaSuccess,)
True
"""

__version__ = "12.6.0"
