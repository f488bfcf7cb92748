"""Polygraphy's `run --trtlike`, beside whatever TensorRT is installed, and a runner for scripts.

    polygraphy run model.onnx --trtlike --onnxrt

Polygraphy's own `--trt` runs on trtlike in `trtlike run polygraphy ...`.
"""

from typing import Any

from trtlike.polygraphy.runner import TrtlikeRunner

__all__ = ["TrtlikeRunner", "get_arg_groups"]


def get_arg_groups() -> list[Any]:
    """What Polygraphy's entry point `polygraphy.run.plugins` asks for."""
    from trtlike.polygraphy.arguments import TrtlikeRunnerArgs

    return [TrtlikeRunnerArgs()]
