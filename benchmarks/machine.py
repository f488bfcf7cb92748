"""The machine of a comparison, in words and numbers."""

import datetime
import os
from importlib import metadata
from typing import Any

_PACKAGES = ("onnxruntime", "openvino", "ncnn", "torch")


def cpu_name() -> str:
    with open("/proc/cpuinfo") as file:
        lines = [line.partition(":") for line in file]
    fields = {name.strip(): value.strip() for name, colon, value in lines if colon}
    family, model = fields.get("cpu family", "?"), fields.get("model", "?")
    return f"{fields.get('model name', 'unknown CPU')} (family {family}, model {model})"


def versions() -> dict[str, str]:
    """Of the packages that are installed."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def describe(command: str, threads: list[int]) -> dict[str, Any]:
    """Measures the peaks with each number of threads."""
    import trtlike as trt
    from trtlike import layers

    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu_name(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": pages * page / 2**30,
        "date": datetime.date.today().isoformat(),
        "command": command,
        "versions": {"trtlike": trt.version, **versions()},
        "peaks": [layers.peaks(count) for count in threads],
    }
