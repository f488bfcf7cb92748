"""trtexec: build, save, load and time engines from the command line, as TensorRT's tool does."""

import sys
import time

import trtlike as trt
from trtlike.trtexec import building, options, reporting, timing
from trtlike.trtexec.console import Console

_TAG = f"TensorRT.trtexec [TensorRT v{trt.tensorrt_version}] [trtlike v{trt.version}]"


def main(arguments: list[str] | None = None) -> int:
    """Runs trtexec; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = " ".join(["trtexec", *words])
    try:
        chosen = options.parse(words)
    except options.UnknownOption as error:
        print(f"[E] {error}")
        options.parser().print_help()
        return 1
    console = Console(chosen.verbose)
    print(f"&&&& RUNNING {_TAG} # {command}")
    try:
        _run(chosen, console)
    except (ValueError, OSError, trt.Error) as error:
        console.error(str(error))
        print(f"&&&& FAILED {_TAG} # {command}")
        return 1
    print(f"&&&& PASSED {_TAG} # {command}")
    return 0


def _run(chosen: options.Options, console: Console) -> None:
    if chosen.get_plan_version_only:
        version = building.plan_version(chosen.load_engine or "")
        console.info(f"Plan has the format version {version}, this is trtlike {trt.version}.")
        return
    options.describe(chosen, console)
    options.warn_of_no_effect(chosen, console)
    start = time.perf_counter()
    engine = building.get_engine(chosen, console)
    console.info(f"Engine ready in {time.perf_counter() - start:.3f} sec.")
    reporting.layer_info(engine, chosen, console)
    reporting.optimization_profiles(engine, chosen, console)
    if chosen.time_deserialize:
        building.time_deserialize(engine, console)
        return
    if chosen.skip_inference:
        console.info("Skipped inference phase since --skipInference is added.")
        return
    runners = timing.make_runners(engine, chosen, console)
    trace = timing.measure(runners, chosen, console)
    reporting.performance(trace, chosen, console)
    reporting.outputs(runners[0], chosen, console)
    reporting.raw_bindings(runners[0], chosen, console)
    reporting.profile(runners[0], chosen, console)


if __name__ == "__main__":
    sys.exit(main())
