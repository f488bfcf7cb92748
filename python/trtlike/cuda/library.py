"""libcudart.so for ctypes: loads our library and gives it the functions of the runtime."""

import ctypes
import functools
from pathlib import Path
from typing import Any

from trtlike.cuda.bindings import runtime
from trtlike.cuda.host import enums

PATH = Path(__file__).parent / "libcudart.so"
_pointer, _size, _int = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_out = ctypes.POINTER(ctypes.c_void_p)


def _give(out: Any, answer: tuple[Any, ...]) -> int:
    """Writes the result of a call to the caller's pointer."""
    error, result = answer
    if not error:
        out[0] = int(result) or None
    return int(error)


@functools.cache
def _error_string(error: int) -> int:
    """The address of the text, which stays."""
    text = ctypes.create_string_buffer(enums.text_of(error))
    _texts.append(text)
    return ctypes.addressof(text)


_texts: list[Any] = []
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...], Any]] = {
    "malloc": (_int, (_out, _size), lambda out, size: _give(out, runtime.cudaMalloc(size))),
    "free": (_int, (_pointer,), lambda p: int(runtime.cudaFree(p)[0])),
    "memcpy": (
        _int, (_pointer, _pointer, _size, _int), lambda *args: int(runtime.cudaMemcpy(*args)[0]),
    ),
    "memcpy_async": (
        _int, (_pointer, _pointer, _size, _int, _pointer),
        lambda *args: int(runtime.cudaMemcpyAsync(*args)[0]),
    ),
    "stream_create": (_int, (_out,), lambda out: _give(out, runtime.cudaStreamCreate())),
    "stream_synchronize": (_int, (_pointer,), lambda s: int(runtime.cudaStreamSynchronize(s)[0])),
    "stream_destroy": (_int, (_pointer,), lambda s: int(runtime.cudaStreamDestroy(s)[0])),
    "set_device": (_int, (_int,), lambda ordinal: int(runtime.cudaSetDevice(ordinal)[0])),
    "error_string": (_pointer, (_int,), _error_string),
}  # fmt: skip


_KINDS = {name: ctypes.CFUNCTYPE(kind, *given) for name, (kind, given, _) in _FUNCTIONS.items()}


class _Calls(ctypes.Structure):
    _fields_ = list(_KINDS.items())


@functools.cache
def load() -> Any:
    """Loads the library, once. Raises FileNotFoundError where it was not built."""
    if not PATH.exists():
        raise FileNotFoundError(
            f"[cuda] libcudart.so: expected it at {PATH}, got no such file. "
            "Build with 'make build', or install the wheel."
        )
    library = ctypes.CDLL(str(PATH))
    bodies = [body for _, _, body in _FUNCTIONS.values()]
    calls = _Calls(*(kind(body) for kind, body in zip(_KINDS.values(), bodies, strict=True)))
    library.trtlike_cudart_install(ctypes.byref(calls))
    return library, calls
