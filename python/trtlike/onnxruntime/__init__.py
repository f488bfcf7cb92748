"""ONNX Runtime's session with TensorRT's execution provider, which is trtlike here.

The model is cut into the largest parts that trtlike takes; the rest runs in ONNX Runtime where that
is installed. Needs the package onnx (`pip install trtlike[onnxruntime]`).

    from trtlike import onnxruntime as ort

    session = ort.InferenceSession("model.onnx", providers=[
        ("TensorrtExecutionProvider", {"trt_engine_cache_enable": True}), "CPUExecutionProvider"])
    outputs = session.run(None, {"input": array})
"""

from trtlike.onnxruntime.options import PROVIDERS, SessionOptions
from trtlike.onnxruntime.session import InferenceSession
from trtlike.onnxruntime.values import IOBinding, ModelMetadata, NodeArg, OrtValue


def get_available_providers() -> list[str]:
    """The providers that a session can be asked for."""
    return list(PROVIDERS)


def get_device() -> str:
    """The kind of device that models run on."""
    return "CPU"


__all__ = [
    "IOBinding",
    "InferenceSession",
    "ModelMetadata",
    "NodeArg",
    "OrtValue",
    "SessionOptions",
    "get_available_providers",
    "get_device",
]
