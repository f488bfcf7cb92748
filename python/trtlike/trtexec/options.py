"""trtexec's options: names, defaults and the shapes they spell."""

import argparse
import re
from dataclasses import dataclass, field

from trtlike.trtexec.console import Console


class UnknownOption(ValueError):
    """A word on the command line that is no option."""


Shapes = dict[str, tuple[int, ...]]


@dataclass
class Profile:
    """The three shape options of one optimization profile."""

    min: Shapes = field(default_factory=dict)
    opt: Shapes = field(default_factory=dict)
    max: Shapes = field(default_factory=dict)


class Options(argparse.Namespace):
    """The chosen options, one attribute each (--warmUp is warm_up)."""

    onnx: str | None
    save_engine: str | None
    load_engine: str | None
    profiles: list[Profile]
    shapes: Shapes
    use_profile: int
    fp16: bool
    bf16: bool
    int8: bool
    calib: str | None
    no_tf32: bool
    timing_cache_file: str | None
    error_on_timing_cache_miss: bool
    mem_pool_size: dict[str, int]
    builder_optimization_level: int
    max_tactics: int
    avg_timing: int
    tactic_sources: str | None
    profiling_verbosity: str
    verbose: bool
    skip_inference: bool
    threads: int
    load_inputs: dict[str, str]
    iterations: int
    warm_up: float
    duration: float
    sleep_time: float
    streams: int
    avg_runs: int
    percentile: list[float]
    dump_profile: bool
    dump_layer_info: bool
    dump_output: bool
    export_times: str | None
    export_output: str | None
    export_profile: str | None
    export_layer_info: str | None


_UNITS = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_POOLS = {"workspace": "WORKSPACE", "tacticSharedMem": "TACTIC_SHARED_MEMORY"}


def shapes(text: str) -> Shapes:
    """name:1x3x224x224,'other name':8 as {name: extents}; "name:" is a scalar."""
    out: Shapes = {}
    for item in filter(None, text.split(",")):
        name, colon, extents = item.rpartition(":")
        if not colon or not re.fullmatch(r"(\d+(x\d+)*)?", extents):
            raise argparse.ArgumentTypeError(f"expected name:1x2x3, got '{item}'")
        out[name.strip("'")] = tuple(int(e) for e in extents.split("x")) if extents else ()
    return out


def files(text: str) -> dict[str, str]:
    """name:file,... as {name: file}."""
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
    values = [float(p) for p in text.split(",")]
    if any(not 0 <= p <= 100 for p in values):
        raise argparse.ArgumentTypeError(f"expected percentages from 0 to 100, got '{text}'")
    return values


class _ProfileAction(argparse.Action):
    """--profile=N makes the shape options that follow belong to profile N."""

    def __call__(self, parser, namespace, values, option_string=None):
        profiles = namespace.profiles
        if option_string == "--profile":
            namespace.current_profile = values
        while len(profiles) <= namespace.current_profile:
            profiles.append(Profile())
        if option_string != "--profile":
            setattr(profiles[namespace.current_profile], option_string[2:5], values)


_NO_EFFECT = [
    "noDataTransfers",
    "includeDataTransfers",
    "useSpinWait",
    "noSpinWait",
    "useCudaGraph",
    "noCudaGraph",
    "separateProfileRun",
    "stronglyTyped",
    "directIO",
    "threads",
    "useManagedMemory",
    "exposeDMA",
    "allowGPUFallback",
]


def parser() -> argparse.ArgumentParser:
    """The parser, with TensorRT's option names."""
    p = argparse.ArgumentParser("trtexec", allow_abbrev=False, description=__doc__)
    p.set_defaults(current_profile=0, profiles=[])
    build = p.add_argument_group("Build")
    build.add_argument("--onnx", metavar="FILE", help="ONNX model")
    build.add_argument("--saveEngine", dest="save_engine", metavar="FILE")
    build.add_argument("--loadEngine", dest="load_engine", metavar="FILE")
    for which in ("min", "opt", "max"):
        build.add_argument(f"--{which}Shapes", type=shapes, action=_ProfileAction, dest=f"_{which}")
    build.add_argument("--profile", type=int, action=_ProfileAction, dest="_profile", metavar="N")
    build.add_argument("--fp16", action="store_true", help="allow half storage")
    build.add_argument("--bf16", action="store_true", help="allow bfloat16")
    build.add_argument(
        "--int8",
        action="store_true",
        help="allow INT8 where --calib or Q/DQ layers say the scales; without them those of random "
        "data, for times only",
    )
    build.add_argument(
        "--calib", metavar="FILE", help="calibration cache, as calibrators write it, for --int8"
    )
    build.add_argument(
        "--noTF32", dest="no_tf32", action="store_true", help="strict FP32: no Winograd"
    )
    build.add_argument("--timingCacheFile", dest="timing_cache_file", metavar="FILE")
    build.add_argument(
        "--errorOnTimingCacheMiss", dest="error_on_timing_cache_miss", action="store_true"
    )
    build.add_argument(
        "--memPoolSize", dest="mem_pool_size", type=pools, default={}, metavar="POOL:MiB"
    )
    build.add_argument(
        "--workspace",
        type=lambda t: pools(f"workspace:{t}"),
        dest="mem_pool_size",
        help=argparse.SUPPRESS,
    )
    build.add_argument(
        "--builderOptimizationLevel",
        dest="builder_optimization_level",
        type=int,
        default=3,
        choices=range(6),
    )
    build.add_argument("--maxTactics", dest="max_tactics", type=int, default=-1)
    build.add_argument("--avgTiming", dest="avg_timing", type=int, default=1)
    build.add_argument("--tacticSources", dest="tactic_sources", metavar="+X,-Y")
    build.add_argument(
        "--profilingVerbosity",
        dest="profiling_verbosity",
        default="layer_names_only",
        choices=["layer_names_only", "detailed", "none"],
    )
    build.add_argument(
        "--numThreads", dest="threads", type=int, default=0, help="threads of the engine"
    )
    build.add_argument("--skipInference", "--buildOnly", dest="skip_inference", action="store_true")
    run = p.add_argument_group("Inference")
    run.add_argument("--shapes", type=shapes, default={}, metavar="NAME:1x3x8x8,...")
    run.add_argument("--useProfile", dest="use_profile", type=int, default=0)
    run.add_argument(
        "--loadInputs", dest="load_inputs", type=files, default={}, metavar="NAME:FILE,..."
    )
    run.add_argument("--iterations", type=int, default=10)
    run.add_argument("--warmUp", dest="warm_up", type=float, default=200, metavar="MS")
    run.add_argument("--duration", type=float, default=3, metavar="S")
    run.add_argument("--sleepTime", dest="sleep_time", type=float, default=0, metavar="MS")
    run.add_argument("--streams", "--infStreams", type=int, default=1)
    report = p.add_argument_group("Reporting")
    report.add_argument("--verbose", action="store_true")
    report.add_argument("--avgRuns", dest="avg_runs", type=int, default=10)
    report.add_argument("--percentile", type=percentiles, default=[90, 95, 99])
    for name in ("Profile", "LayerInfo", "Output"):
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        report.add_argument(f"--dump{name}", dest=f"dump_{snake}", action="store_true")
        report.add_argument(f"--export{name}", dest=f"export_{snake}", metavar="FILE")
    report.add_argument("--exportTimes", dest="export_times", metavar="FILE")
    for name in _NO_EFFECT:
        p.add_argument(f"--{name}", action="store_true", help=argparse.SUPPRESS, dest=f"_{name}")
    return p


def parse(words: list[str]) -> Options:
    """Options from the command line. Raises UnknownOption, or exits for a bad value."""
    chosen, unknown = parser().parse_known_args(words, Options())
    if unknown:
        raise UnknownOption(f"Unknown option: {unknown[0]}")
    if bool(chosen.onnx) == bool(chosen.load_engine):
        raise UnknownOption("expected one of --onnx=FILE and --loadEngine=FILE")
    return chosen


def warn_of_no_effect(chosen: Options, console: Console) -> None:
    """A warning for each option that is accepted for the scripts that give it."""
    for name in _NO_EFFECT:
        if getattr(chosen, f"_{name}"):
            console.warning(f"--{name} has no effect on a CPU.")


def describe(chosen: Options, console: Console) -> None:
    """Prints the options in TensorRT's groups."""
    console.info("=== Model Options ===")
    console.info(f"Model: {chosen.onnx or chosen.load_engine}")
    console.info("=== Build Options ===")
    precision = "FP32" + "+FP16" * chosen.fp16 + "+BF16" * chosen.bf16 + "+INT8" * chosen.int8
    console.info(f"Precision: {precision}")
    console.info(f"Builder optimization level: {chosen.builder_optimization_level}")
    console.info(f"Timing cache: {chosen.timing_cache_file or 'in memory'}")
    console.info("=== Inference Options ===")
    console.info(
        f"Iterations: {chosen.iterations}, duration: {chosen.duration}s, "
        f"warm-up: {chosen.warm_up}ms"
    )
    console.info(f"Streams: {chosen.streams}")
