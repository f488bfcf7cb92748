"""pycuda.compiler: there is no compiler for GPU code; its classes say so."""

from typing import Any

from trtlike.cuda.host import errors


class SourceModule:
    def __init__(self, *_: Any, **__: Any):
        errors.refuse_kernels("pycuda.compiler.SourceModule")


def compile(*_: Any, **__: Any) -> bytes:
    errors.refuse_kernels("pycuda.compiler.compile")
