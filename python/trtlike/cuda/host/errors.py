"""Failures by CUDA's number, the same in runtime and driver, and refusals of what needs a GPU."""

import enum
import logging
import re
from collections.abc import Callable
from typing import Any, NoReturn

from trtlike._trtlike import UnsupportedError

logger = logging.getLogger("trtlike.cuda")


class Code(enum.IntEnum):
    """The numbers that the stand-ins answer with."""

    SUCCESS = 0
    INVALID_VALUE = 1
    OUT_OF_MEMORY = 2
    NOT_INITIALIZED = 3
    INVALID_DIRECTION = 21
    INVALID_DEVICE = 101
    INVALID_CONTEXT = 201
    INVALID_HANDLE = 400


class CudaError(Exception):
    """A failed call: CUDA's number and a sentence."""

    def __init__(self, code: Code, sentence: str):
        super().__init__(sentence)
        self.code = code


_GRAPHS = (
    "would record a stream's work as a graph and launch it at once",
    "Call execute_async_v3 itself: on a CPU there is no launch to save",
)
_KERNELS = (
    "would load or launch GPU code",
    "Write that step with numpy, or as layers of the network",
)
_ARRAYS = (
    "would use pitched memory, CUDA arrays or textures",
    "Use linear memory and one copy for all bytes",
)
_PROCESSES = (
    "would share GPU memory or events with another process or API",
    "Use multiprocessing.shared_memory",
)
_DEVICES = (
    "would use a second GPU, a part of one or its virtual addresses",
    "There is one device, the CPU: leave the call out",
)

_CALLBACKS = (
    "would call a function when a stream comes to it",
    "Call it after synchronizing the stream",
)

_FAMILIES = [
    (r"(LaunchHostFunc|StreamAddCallback).*", _CALLBACKS),
    (r"ThreadExchangeStreamCapture.*", _GRAPHS),
    (
        r"(Stream)?(Graph|Capture|BeginCapture|EndCapture|IsCapturing|GetCapture|UpdateCapture).*",
        _GRAPHS,
    ),
    (r"(Launch|Func|Module|Library|Kernel|Occupancy|Link|Param|Tensor|GetSymbol).*", _KERNELS),
    (r"(Get(Kernel|Func)|JitInput|Coredump).*", _KERNELS),
    (r"(Memcpy|Memset)(2D|3D|Peer|To|From|Batch|D2D|Ato|Htoa|HtoA|Dtoa|DtoA).*", _ARRAYS),
    (r"(Malloc|MemAlloc|Free)(Pitch|3D|Array|Mipmapped).*", _ARRAYS),
    (r"(Array|Mipmapped|Create|Destroy|GetTexture|Tex|Surf).*", _ARRAYS),
    (r"(Ipc|Graphics|Import|External|Signal|Wait|EGL|GL|VDPAU|D3D).*", _PROCESSES),
    (r"(Device|Set|Get|Ctx|Mem|Host|Stream|Event|Malloc|Free|Init|Choose|User|Log).*", _DEVICES),
    (r"(Green|Execution|Multicast|Checkpoint|Pointer|DevResource|DevSm|Fabric|Flush).*", _DEVICES),
]


def refuse(name: str, meaning: str, instead: str) -> NoReturn:
    """Raises the refusal of a call that needs a GPU."""
    raise UnsupportedError(
        f"[cuda] {name}: on a GPU it {meaning}; trtlike's host-memory stand-in has none of it. "
        f"{instead}."
    )


class _Refused:
    """A CUDA function or enumeration without a stand-in: used in any way, it refuses."""

    def __init__(self, name: str, meaning: str, instead: str):
        self._refusal = (name, meaning, instead)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        refuse(*self._refusal)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        refuse(*self._refusal)


def refuse_kernels(name: str) -> NoReturn:
    refuse(name, *_KERNELS)


def find_refused(module: str, name: str) -> Callable[..., Any]:
    """For a module's __getattr__: what stands for a CUDA name without a stand-in."""
    if re.fullmatch(r"nvrtc[A-Z].*", name):
        return _Refused(name, *_KERNELS)
    rest = re.fullmatch(r"cu(?:da)?([A-Z].*)", name)
    for pattern, (meaning, instead) in _FAMILIES if rest else ():
        if rest and re.fullmatch(pattern, rest[1]):
            return _Refused(name, meaning, instead)
    raise AttributeError(
        f"module {module!r} has no attribute {name!r}: trtlike's stand-in has no such name."
    )
