"""The one allocator: blocks of host memory by address, and checked copies between them.

Freed blocks keep their addresses for a while, without pages behind them: a pointer used after its
release is told from a good one, and reading through it does not end the process.
"""

import bisect
import collections
import ctypes
import mmap
import os
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from trtlike.cuda.host.errors import Code, CudaError

Kind = Literal["device", "host", "managed"]
_PAGE = mmap.PAGESIZE
_KEPT_BLOCKS = 1024
_KEPT_BYTES = 1 << 36
_MS_ASYNC = 1
_msync = ctypes.CDLL(None, use_errno=True).msync
_msync.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def total_bytes() -> int:
    """The memory of the machine."""
    return os.sysconf("SC_PHYS_PAGES") * _PAGE


def free_bytes() -> int:
    """What new allocations can get."""
    with open("/proc/meminfo") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_AVPHYS_PAGES") * _PAGE


@dataclass
class Block:
    """One allocation; `pages` keeps the memory."""

    address: int
    nbytes: int
    kind: Kind
    pages: mmap.mmap

    @property
    def end(self) -> int:
        return self.address + self.nbytes


class _Blocks:
    """Blocks ordered by address."""

    def __init__(self) -> None:
        self.by_address: dict[int, Block] = {}
        self._order: list[int] = []

    def add(self, block: Block) -> None:
        self.by_address[block.address] = block
        bisect.insort(self._order, block.address)

    def remove(self, address: int) -> Block:
        del self._order[bisect.bisect_left(self._order, address)]
        return self.by_address.pop(address)

    def find(self, address: int) -> Block | None:
        """The block in whose pages the address lies."""
        at = bisect.bisect_right(self._order, address) - 1
        if at < 0:
            return None
        block = self.by_address[self._order[at]]
        return block if address < block.address + len(block.pages) else None


_lock = threading.RLock()
_live = _Blocks()
_freed = _Blocks()
_freed_order: collections.OrderedDict[int, None] = collections.OrderedDict()
_freed_bytes = 0
_retired: collections.deque[int] = collections.deque()


def _rounded(nbytes: int) -> int:
    return max(-(-nbytes // _PAGE), 1) * _PAGE


def _reuse(size: int) -> mmap.mmap | None:
    global _freed_bytes
    for address in reversed(_freed_order):
        if len(_freed.by_address[address].pages) == size:
            del _freed_order[address]
            _freed_bytes -= size
            return _freed.remove(address).pages
    return None


def allocate(nbytes: int, kind: Kind) -> int:
    """The address of new memory, zeroed; 0 for no bytes. Raises CudaError if it is short."""
    if nbytes < 0:
        raise OverflowError(f"[cuda] allocation: expected a size of 0 or more, got {nbytes}.")
    if nbytes == 0:
        return 0
    size = _rounded(nbytes)
    with _lock:
        try:
            pages = _reuse(size) or mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except (OSError, OverflowError, ValueError):
            pages = None
        if pages is None or size > total_bytes():
            raise CudaError(
                Code.OUT_OF_MEMORY,
                f"allocation: expected at most {free_bytes()} bytes, got {nbytes}.",
            )
        address = np.frombuffer(pages, np.uint8).ctypes.data
        _live.add(Block(address, nbytes, kind, pages))
        return address


def free_with(owner: object, address: int, kind: Kind) -> weakref.finalize:
    """Frees the block when the object is gone or the result is called; not as the process ends."""
    finalizer = weakref.finalize(owner, free, address, (kind,))
    finalizer.atexit = False
    return finalizer


def free(address: int, kinds: tuple[Kind, ...]) -> None:
    """Gives memory back; 0 is no memory. Raises CudaError for what is not the start of a block.

    Runs may still be using it: its pages stay until `recycle`.
    """
    if address == 0:
        return
    with _lock:
        block = _live.by_address.get(address)
        if block is None or block.kind not in kinds:
            raise CudaError(
                Code.INVALID_VALUE,
                f"free: expected the start of {' or '.join(kinds)} memory, got "
                f"{_describe(address)}.",
            )
        _live.remove(address)
        _freed.add(block)
        _retired.append(address)


def retired_count() -> int:
    """How many freed blocks still have their pages."""
    return len(_retired)


def recycle(count: int) -> None:
    """Takes the pages of the blocks freed first, when no run can be using them any more."""
    global _freed_bytes
    with _lock:
        for _ in range(min(count, len(_retired))):
            address = _retired.popleft()
            pages = _freed.by_address[address].pages
            pages.madvise(mmap.MADV_DONTNEED)
            _freed_order[address] = None
            _freed_bytes += len(pages)
        while len(_freed_order) > _KEPT_BLOCKS or _freed_bytes > _KEPT_BYTES:
            oldest, _ = _freed_order.popitem(last=False)
            _freed_bytes -= len(_freed.remove(oldest).pages)


def find(address: int) -> Block | None:
    """The live block that the address lies in."""
    with _lock:
        return _live.find(address)


def live_bytes() -> int:
    """What is allocated now."""
    with _lock:
        return sum(block.nbytes for block in _live.by_address.values())


def array(address: int, nbytes: int) -> np.ndarray:
    """Bytes of a live block as an array that keeps the memory."""
    block = find(address)
    assert block is not None
    return np.frombuffer(block.pages, np.uint8, nbytes, address - block.address)


def _describe(address: int) -> str:
    with _lock:
        if block := _live.find(address):
            start = f"{block.kind} memory of {block.nbytes} bytes at {block.address:#x}"
            return start if block.address == address else f"{address:#x} inside {start}"
        if block := _freed.find(address):
            return f"{address:#x} of freed memory of {block.nbytes} bytes"
    return f"the unknown address {address:#x}"


def address_of(pointer: Any) -> int:
    """The address that an int, a handle, an array or a ctypes pointer stands for."""
    if pointer is None:
        return 0
    if isinstance(pointer, int | np.integer):
        return int(pointer)
    if isinstance(pointer, ctypes.c_void_p):
        return pointer.value or 0
    if isinstance(pointer, ctypes._Pointer):
        return ctypes.cast(pointer, ctypes.c_void_p).value or 0
    for interface in ("__cuda_array_interface__", "__array_interface__"):
        if (described := getattr(pointer, interface, None)) is not None:
            return int(described["data"][0])
    if hasattr(type(pointer), "__int__"):
        return int(pointer)
    return int(np.frombuffer(pointer, np.uint8).ctypes.data)


def _check_buffer(what: str, pointer: Any, nbytes: int, written: bool) -> bool:
    """Whether the pointer is an object with memory of its own, which is large enough."""
    try:
        view = memoryview(pointer)
    except TypeError:
        return False
    if not view.c_contiguous and not view.f_contiguous:
        raise CudaError(
            Code.INVALID_VALUE, f"{what}: expected contiguous memory, got an array with gaps."
        )
    if view.nbytes < nbytes:
        raise CudaError(
            Code.INVALID_VALUE,
            f"{what}: expected memory of at least {nbytes} bytes, got an object of {view.nbytes}.",
        )
    if written and view.readonly:
        raise CudaError(
            Code.INVALID_VALUE, f"{what}: expected writeable memory, got a read-only object."
        )
    return True


def check_span(what: str, pointer: Any, nbytes: int, on_device: bool | None, written: bool) -> int:
    """The address of memory that has the bytes, as far as can be known. Raises CudaError if not.

    Args:
        on_device: whether the caller says that it is device memory; None for either.
    """
    address = address_of(pointer)
    if nbytes == 0:
        return address
    is_array = not isinstance(pointer, int) and _check_buffer(what, pointer, nbytes, written)
    place = "device" if on_device else "host"
    with _lock:
        block, freed = _live.find(address), _freed.find(address)
    if is_array and block is None:
        if on_device and not hasattr(pointer, "__cuda_array_interface__"):
            raise CudaError(
                Code.INVALID_VALUE,
                f"{what}: expected device memory, got a {type(pointer).__name__}. Is the direction "
                "of the copy the wrong way round?",
            )
        return address
    if block is None:
        start = address & ~(_PAGE - 1)
        if address <= 0 or freed or _msync(start, address + nbytes - start, _MS_ASYNC) != 0:
            raise CudaError(
                Code.INVALID_VALUE,
                f"{what}: expected {nbytes} bytes of {place} memory, got {_describe(address)}.",
            )
        return address
    if address + nbytes > block.end:
        raise CudaError(
            Code.INVALID_VALUE,
            f"{what}: expected at most {max(block.end - address, 0)} bytes, got {nbytes}, from "
            f"{_describe(address)}.",
        )
    if on_device is False and block.kind == "device":
        raise CudaError(
            Code.INVALID_VALUE, f"{what}: expected host memory, got {_describe(address)}."
        )
    return address


_DIRECTIONS: tuple[tuple[bool | None, bool | None], ...] = (
    (False, False),
    (True, False),
    (False, True),
    (True, True),
    (None, None),
)


def copy(to: Any, source: Any, nbytes: int, direction: int = 4) -> None:
    """Copies at once; the direction is cudaMemcpyKind's, 4 for any."""
    if not 0 <= direction < len(_DIRECTIONS):
        raise CudaError(
            Code.INVALID_DIRECTION, f"copy: expected a cudaMemcpyKind of 0 to 4, got {direction}."
        )
    to_device, from_device = _DIRECTIONS[direction]
    target = check_span("copy, destination", to, nbytes, to_device, written=True)
    origin = check_span("copy, source", source, nbytes, from_device, written=False)
    if nbytes:
        ctypes.memmove(target, origin, nbytes)


def fill(pointer: Any, value: int, count: int, width: int = 1) -> None:
    """Writes the value, of so many bytes, count times."""
    address = check_span("memset", pointer, count * width, True, written=True)
    if count:
        view = memoryview((ctypes.c_char * (count * width)).from_address(address))
        np.frombuffer(view, f"<u{width}")[:] = value & ((1 << 8 * width) - 1)
