"""cuda-python's nvrtc: its results by name. There is no compiler for GPU code here."""

from collections.abc import Callable
from typing import Any

from trtlike.cuda.host import device, errors
from trtlike.cuda.host.enums import nvrtcResult


def nvrtcGetErrorString(result: Any) -> tuple[Any, bytes]:
    return nvrtcResult.NVRTC_SUCCESS, nvrtcResult(result).name.encode()


def nvrtcVersion() -> tuple[Any, int, int]:
    major, minor = divmod(device.CUDA_VERSION // 10, 100)
    return nvrtcResult.NVRTC_SUCCESS, major, minor


def __getattr__(name: str) -> Callable[..., Any]:
    return errors.find_refused(__name__, name)
