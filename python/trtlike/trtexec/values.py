"""What the values of trtexec's options spell: shapes, files, sizes, types, percentages."""

import argparse
import fnmatch
import re
from typing import Any

import trtlike as trt

Shapes = dict[str, tuple[int, ...]]
_UNITS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_POOLS = {
    "workspace": "WORKSPACE",
    "dlaSRAM": "DLA_MANAGED_SRAM",
    "dlaLocalDRAM": "DLA_LOCAL_DRAM",
    "dlaGlobalDRAM": "DLA_GLOBAL_DRAM",
    "tacticSharedMem": "TACTIC_SHARED_MEMORY",
}
_TYPES = {
    "fp32": trt.float32,
    "fp16": trt.float16,
    "bf16": trt.bfloat16,
    "int64": trt.int64,
    "int32": trt.int32,
    "int8": trt.int8,
    "uint8": trt.uint8,
    "bool": trt.bool,
}
_FORMATS = {"chw": trt.TensorFormat.LINEAR, "hwc": trt.TensorFormat.HWC}
_PREVIEWS = {
    "profileSharing0806": trt.PreviewFeature.PROFILE_SHARING_0806,
    "aliasedPluginIO1003": trt.PreviewFeature.ALIASED_PLUGIN_IO_10_03,
    "runtimeActivationResize": trt.PreviewFeature.RUNTIME_ACTIVATION_RESIZE_10_10,
}


def _pick(known: dict, word: str, what: str):
    if word not in known:
        raise argparse.ArgumentTypeError(f"expected {what}: {', '.join(known)}, got '{word}'")
    return known[word]


def _pairs(text: str, what: str) -> list[tuple[str, str]]:
    """name:value,'other name':value as pairs; the last colon of each divides."""
    out = []
    for item in filter(None, text.split(",")):
        name, colon, value = item.rpartition(":")
        if not colon:
            raise argparse.ArgumentTypeError(f"expected {what}, got '{item}'")
        out.append((name.strip("'"), value))
    return out


def shapes(text: str) -> Shapes:
    """name:1x3x224x224,'other name':8 as {name: extents}; "name:" is a scalar."""
    out: Shapes = {}
    for name, extents in _pairs(text, "name:1x2x3"):
        if not re.fullmatch(r"(\d+(x\d+)*)?", extents) or name.count("*") > 1:
            raise argparse.ArgumentTypeError(
                f"expected name:1x2x3 with at most one *, got '{name}:{extents}'"
            )
        out[name] = tuple(int(e) for e in extents.split("x")) if extents else ()
    return out


def find(named: dict[str, Any], name: str) -> Any:
    """The value of this name, or of the first name with a * that stands for it."""
    if name in named:
        return named[name]
    patterns = (n for n in named if "*" in n and fnmatch.fnmatchcase(name, n.replace("[", "[[]")))
    return next((named[pattern] for pattern in patterns), None)


def files(text: str) -> dict[str, str]:
    """name:file,... as {name: file}; the first colon of each divides."""
    out = {}
    for item in filter(None, text.split(",")):
        name, colon, path = item.partition(":")
        if not colon:
            raise argparse.ArgumentTypeError(f"expected name:file, got '{item}'")
        out[name.strip("'")] = path
    return out


def pools(text: str) -> dict[str, int]:
    """workspace:512,... in MiB, or with a unit (B, K, M, G), as {pool: bytes}."""
    out = {}
    for item in filter(None, text.split(",")):
        match = re.fullmatch(r"(\w+):(\d+(?:\.\d+)?)([BKMG]?)(?:iB)?", item)
        if match is None or match[1] not in _POOLS:
            raise argparse.ArgumentTypeError(
                f"expected one of {', '.join(_POOLS)} with a size in MiB, got '{item}'"
            )
        out[_POOLS[match[1]]] = int(float(match[2]) * _UNITS[match[3] or "M"])
    return out


def percentiles(text: str) -> list[float]:
    """90,95,99 as numbers within [0, 100]."""
    try:
        values = [float(p) for p in text.split(",")]
    except ValueError:
        values = [-1]
    if any(not 0 <= p <= 100 for p in values):
        raise argparse.ArgumentTypeError(f"expected percentages from 0 to 100, got '{text}'")
    return values


def io_formats(text: str) -> list[tuple[trt.DataType, int]]:
    """fp16:chw,fp32:chw+hwc as an element type and a mask of formats for each tensor."""
    out = []
    for kind, formats in _pairs(text, "type:format"):
        dtype = _pick(_TYPES, kind, "a type")
        bits = [1 << int(_pick(_FORMATS, f, "formats of a CPU")) for f in formats.split("+")]
        out.append((dtype, sum(set(bits))))
    return out


def layer_types(text: str) -> dict[str, list[trt.DataType]]:
    """name:fp16,'b*':fp32+fp16 as {name: types}."""
    return {
        name: [_pick(_TYPES, kind, "a type") for kind in kinds.split("+")]
        for name, kinds in _pairs(text, "name:type")
    }


def previews(text: str) -> dict[trt.PreviewFeature, bool]:
    """+feature,-feature as {feature: on}."""
    out = {}
    for word in filter(None, text.split(",")):
        if word[0] not in "+-":
            raise argparse.ArgumentTypeError(f"expected + or - before a feature, got '{word}'")
        out[_pick(_PREVIEWS, word[1:], "a feature")] = word[0] == "+"
    return out
