"""The command `trtlike`: facts about this installation, the demo, plans as text, times by layer,
the accuracy of INT8, and TensorRT scripts as they are."""

import argparse
import json
import sys

from rich.console import Console
from rich.table import Table

import trtlike as trt


def _info(_: argparse.Namespace) -> int:
    console = Console()
    console.print(f"trtlike {trt.version}, API of TensorRT {trt.tensorrt_version}")
    console.print(f"CPU: {trt.cpu_fingerprint()}; threads: {trt.default_num_threads()}")
    table = Table("environment switch", "meaning")
    for name, meaning in trt.environment_switches():
        table.add_row(name, meaning)
    console.print(table)
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    engine = trt.Runtime(trt.Logger(trt.Logger.WARNING)).load_engine_file(arguments.engine)
    if engine is None:
        return 1
    kind = trt.LayerInformationFormat.JSON if arguments.json else trt.LayerInformationFormat.ONELINE
    print(engine.create_engine_inspector().get_engine_information(kind))
    return 0


def _layers(arguments: argparse.Namespace) -> int:
    from trtlike import layers
    from trtlike.trtexec import building, options, timing
    from trtlike.trtexec.console import Console as Lines

    model = arguments.model
    source = f"--onnx={model}" if model.endswith(".onnx") else f"--loadEngine={model}"
    words = [source, "--profilingVerbosity=detailed", *arguments.rest]
    try:
        chosen = options.parse(words)
        chosen.threads = chosen.threads or trt.default_num_threads()
        lines = Lines(chosen.verbose, trt.ILogger.WARNING)
        runner = timing.Runner(building.get_engine(chosen, lines), chosen)
        for _ in range(3):
            runner.run()
        measured = layers.measure(runner.context, runner.run, arguments.runs)
    except (ValueError, OSError, trt.Error) as error:
        print(error, file=sys.stderr)
        return 1
    peak = layers.peaks(chosen.threads)
    if arguments.json:
        total = sum(layer["ms"] for layer in measured)
        rated = [
            layer
            | layers.rates(layer, peak)
            | {"slow_reference": layers.is_slow_reference(layer, total)}
            for layer in measured
        ]
        print(
            json.dumps({"peaks": peak, **layers.arena(runner.context), "layers": rated}, indent=1)
        )
    else:
        console = Console()
        wide = console if console.is_terminal else Console(width=200)
        layers.show(measured, peak, arguments.top, wide)
    return 0


def _accuracy(arguments: argparse.Namespace) -> int:
    from trtlike.accuracy import command

    return command.run(arguments)


def _add_accuracy(commands) -> None:
    from trtlike.accuracy import command

    parser = commands.add_parser(
        "accuracy",
        help="what INT8 costs layer by layer, and what to keep in FP32",
        description="Runs a model in FP32 and in INT8 on the same data: noise, saturation, range "
        "and time of each layer, and what returning each to FP32 wins and costs.",
    )
    command.add_options(parser)
    parser.set_defaults(run=_accuracy)


def main(arguments: list[str] | None = None) -> int:
    """Runs a subcommand; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["run"]:
        from trtlike import run

        return run.main(words[1:], "trtlike run")
    if words[:1] == ["demo"]:
        from trtlike import demo

        return demo.main(words[1:], "trtlike demo")
    parser = argparse.ArgumentParser("trtlike", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="version, CPU, and environment switches")
    info.set_defaults(run=_info)
    commands.add_parser("demo", help="build, save, load and time a small trained model")
    inspect = commands.add_parser("inspect", help="the layers of a saved engine")
    inspect.add_argument("engine", metavar="FILE")
    inspect.add_argument("--json", action="store_true")
    inspect.set_defaults(run=_inspect)
    layers = commands.add_parser(
        "layers",
        help="each step's time, rates and share of the machine's peak",
        description="Builds an ONNX model or loads an engine that was built with detailed "
        "profiling, and shows where its time goes. Further options are trtexec's: --bf16, "
        "--shapes=x:1x3x224x224, --timingCacheFile=FILE, ...",
    )
    layers.add_argument("model", metavar="MODEL.onnx|ENGINE")
    layers.add_argument("--runs", type=int, default=30)
    layers.add_argument("--top", type=int, default=30, help="steps to show")
    layers.add_argument("--json", action="store_true", help="all steps and numbers")
    layers.set_defaults(run=_layers)
    _add_accuracy(commands)
    commands.add_parser(
        "run", help="run a TensorRT script, or a command such as polygraphy, as it is"
    )
    chosen, rest = parser.parse_known_args(words)
    if rest and chosen.run is not _layers:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.rest = rest
    return chosen.run(chosen)


if __name__ == "__main__":
    sys.exit(main())
