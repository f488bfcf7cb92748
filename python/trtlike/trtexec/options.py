"""trtexec's command line: parses the words, and says what was chosen."""

import argparse
import difflib
from dataclasses import dataclass, field

import trtlike as trt
from trtlike.trtexec.console import Console
from trtlike.trtexec.table import SECTIONS, TABLE, Row
from trtlike.trtexec.values import Shapes, shapes


class UnknownOption(ValueError):
    """A word on the command line that is no option."""


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
    get_plan_version_only: bool
    profiles: list[Profile]
    shapes: Shapes
    min_shapes_calib: Shapes
    opt_shapes_calib: Shapes
    max_shapes_calib: Shapes
    calib_profile: int | None
    use_profile: int
    input_formats: list[tuple[trt.DataType, int]] | None
    output_formats: list[tuple[trt.DataType, int]] | None
    fp16: bool
    bf16: bool
    int8: bool
    fp8: bool
    int4: bool
    best: bool
    calib: str | None
    no_tf32: bool
    precision_constraints: str
    layer_precisions: dict[str, list[trt.DataType]]
    layer_output_types: dict[str, list[trt.DataType]]
    strongly_typed: bool
    sparsity: str
    safe: bool
    timing_cache_file: str | None
    mem_pool_size: dict[str, int]
    builder_optimization_level: int
    max_tactics: int
    avg_timing: int
    tactic_sources: str | None
    preview: dict[trt.PreviewFeature, bool]
    hardware_compatibility_level: str
    tiling_optimization_level: int
    l2_limit_for_tiling: int
    max_aux_streams: int | None
    profiling_verbosity: str
    verbose: bool
    skip_inference: bool
    threads: int
    load_inputs: dict[str, str]
    iterations: int
    warm_up: float
    duration: float
    sleep_time: float
    idle_time: float
    streams: int
    time_deserialize: bool
    avg_runs: int
    percentile: list[float]
    dump_profile: bool
    dump_layer_info: bool
    dump_output: bool
    dump_raw_bindings_to_file: bool
    dump_optimization_profile: bool
    export_times: str | None
    export_output: str | None
    export_profile: str | None
    export_layer_info: str | None

    @property
    def wants_int8(self) -> bool:
        return self.int8 or self.best


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


def _add(group: argparse._ArgumentGroup, row: Row) -> None:
    why = row.idle or row.refused
    said = f"no effect: {why}" if row.idle else f"not taken: {why}" if why else row.help
    if row.metavar is None:
        group.add_argument(*row.words, action="store_true", dest=row.attribute, help=said)
        return
    group.add_argument(
        *row.words,
        metavar=row.metavar,
        type=row.type,
        default=row.default,
        choices=row.choices or None,
        dest=row.attribute,
        help=said,
    )


def parser() -> argparse.ArgumentParser:
    """The parser, with TensorRT's option names by its sections."""
    p = argparse.ArgumentParser(
        "trtexec",
        allow_abbrev=False,
        usage="trtexec --onnx=FILE | --loadEngine=FILE [OPTIONS]",
        description="Builds, saves, loads and times engines.",
    )
    p.set_defaults(current_profile=0, profiles=[])
    for section in SECTIONS:
        group = p.add_argument_group(f"=== {section} ===")
        for row in TABLE:
            if row.section == section:
                _add(group, row)
        if section != "Build Options":
            continue
        for which in ("min", "opt", "max"):
            group.add_argument(
                f"--{which}Shapes",
                type=shapes,
                action=_ProfileAction,
                dest=f"_{which}",
                metavar="NAME:1x3x8x8,...",
                help=f"{which} shapes of the profile; a name may have one *",
            )
        group.add_argument(
            "--profile",
            type=int,
            action=_ProfileAction,
            dest="_profile",
            metavar="N",
            help="the shapes that follow are those of profile N",
        )
    return p


def _known_words() -> list[str]:
    return [word for action in parser()._actions for word in action.option_strings]


def parse(words: list[str]) -> Options:
    """Options from the command line. Raises UnknownOption, or exits for a bad value."""
    chosen, unknown = parser().parse_known_args(words, Options())
    if unknown:
        name = unknown[0].partition("=")[0]
        near = difflib.get_close_matches(name, _known_words(), 3, 0.7)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownOption(f"Unknown option: {unknown[0]}{hint}")
    if bool(chosen.onnx) == bool(chosen.load_engine):
        raise UnknownOption("expected one of --onnx=FILE and --loadEngine=FILE")
    for row in TABLE:
        if row.refused and getattr(chosen, row.attribute):
            raise UnknownOption(f"{row.words[0]} is not taken: {row.refused}.")
    return chosen


def warn_of_no_effect(chosen: Options, console: Console) -> None:
    """A warning for each option that is accepted for the scripts that give it."""
    for row in TABLE:
        if row.idle and getattr(chosen, row.attribute):
            console.warning(f"{row.words[0]} has no effect on a CPU: {row.idle}.")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "Enabled" if value else "Disabled"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_extents(v)}" for name, v in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _extents(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def describe(chosen: Options, console: Console) -> None:
    """Prints the options in TensorRT's sections."""
    for section in SECTIONS:
        console.info(f"=== {section} ===")
        if section == "Model Options":
            console.info("Format: ONNX" if chosen.onnx else "Format: *")
            console.info(f"Model: {chosen.onnx or ''}")
            continue
        if section == "Build Options":
            console.info(f"Precision: {_precision(chosen)}")
            for index, profile in enumerate(chosen.profiles):
                for end in ("min", "opt", "max"):
                    shown = _shown(getattr(profile, end))
                    console.info(f"Profile {index} {end} shapes: {shown or 'model'}")
        seen = set()
        for row in TABLE:
            if row.section != section or row.idle or row.refused or row.attribute in seen:
                continue
            seen.add(row.attribute)
            console.info(f"{row.words[0][2:]}: {_shown(getattr(chosen, row.attribute))}")
    console.info("=== Device Information ===")
    console.info(f"Selected Device: {trt.cpu_fingerprint()}")
    console.info(f"Threads: {chosen.threads or trt.default_num_threads()}")
    console.info(f"TensorRT version: {trt.tensorrt_version}")


def _precision(chosen: Options) -> str:
    allowed = {
        "FP16": chosen.fp16 or chosen.best,
        "BF16": chosen.bf16 or chosen.best,
        "INT8": chosen.wants_int8,
        "FP8": chosen.fp8,
        "INT4": chosen.int4,
    }
    return "+".join(["FP32", *(name for name, is_on in allowed.items() if is_on)])
