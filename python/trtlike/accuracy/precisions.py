"""Layer precisions and the calibration that they belong to, as a file."""

import json
import os
from collections.abc import Collection
from pathlib import Path

import trtlike as trt
from trtlike.accuracy.engines import keep, use_cache
from trtlike.build_files import write_file
from trtlike.calibration import CalibrationCache


def write_precisions(
    path: str | os.PathLike, fp32: Collection[str], cache: CalibrationCache
) -> None:
    """Writes the file whole or not at all."""
    content = {
        "layers": {name: "fp32" for name in sorted(fp32)},
        "calibration": cache.to_bytes().decode().splitlines(),
    }
    write_file(Path(path), json.dumps(content, indent=1).encode() + b"\n")


def read_precisions(path: str | os.PathLike) -> tuple[list[str], CalibrationCache]:
    """Layers kept in FP32, and the cache. Raises ValueError for what is no such file."""
    if not Path(path).is_file():
        raise ValueError(f"[accuracy] precisions: expected a file, got no file '{path}'.")
    try:
        content = json.loads(Path(path).read_text())
        named = dict(content["layers"])
        text = "\n".join([*content["calibration"], ""])
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(
            f"[accuracy] precisions '{path}': expected JSON with 'layers' and 'calibration', got "
            f"{type(fault).__name__}: {fault}."
        ) from fault
    for name, precision in named.items():
        if precision != "fp32":
            raise ValueError(
                f"[accuracy] precisions '{path}', layer '{name}': expected 'fp32', got "
                f"{precision!r}."
            )
    return list(named), CalibrationCache.from_bytes(text.encode())


def apply(
    network: trt.INetworkDefinition, config: trt.IBuilderConfig, path: str | os.PathLike
) -> None:
    """Sets what a file of precisions says: INT8 by its calibration, its layers in FP32.

    Args:
        network: The network of the model that the file was made for.
        config: Gets BuilderFlag.INT8, OBEY_PRECISION_CONSTRAINTS and a calibrator.
        path: What `trtlike accuracy --output` or `write_precisions` wrote.

    Raises:
        ValueError: The file is none of these, or names layers that the network does not have.
    """
    fp32, cache = read_precisions(path)
    here = {network.get_layer(i).name for i in range(network.num_layers)}
    if missing := sorted(set(fp32) - here):
        raise ValueError(
            f"[accuracy] precisions '{path}': expected layers of the network, got "
            f"{', '.join(missing[:5])}, which it does not have."
        )
    use_cache(config, cache)
    keep(network, config, fp32)
