"""pycuda.tools: the default context, and pools that allocate from the host."""

from collections.abc import Callable
from typing import Any

import numpy as np

from trtlike.cuda.pycuda import driver


def make_default_context(ctx_maker: Callable[[driver.Device], Any] | None = None) -> Any:
    return (ctx_maker or driver.Device.make_context)(driver.Device(0))


def clear_context_caches() -> None:
    pass


class DeviceMemoryPool:
    """Device memory; the allocator below keeps what is freed."""

    def allocate(self, size: int) -> driver.DeviceAllocation:
        return driver.mem_alloc(size)

    def free_held(self) -> None:
        pass

    def stop_holding(self) -> None:
        pass


class PageLockedMemoryPool(DeviceMemoryPool):
    """Page-locked arrays."""

    def allocate(self, shape: Any, dtype: Any = np.uint8, order: str = "C") -> Any:
        return driver.pagelocked_empty(shape, dtype, order)
