"""The command `trtlike`: facts about this installation, the demo, and plans as text."""

import argparse
import sys

from rich.console import Console
from rich.table import Table

import trtlike as trt


def _info(_: argparse.Namespace) -> int:
    console = Console()
    console.print(f"trtlike {trt.__version__}, API of TensorRT {trt.tensorrt_version}")
    console.print(f"CPU: {trt.cpu_fingerprint()}; threads: {trt.default_num_threads()}")
    table = Table("environment switch", "meaning")
    for name, meaning in trt.environment_switches():
        table.add_row(name, meaning)
    console.print(table)
    return 0


def _demo(_: argparse.Namespace) -> int:
    from trtlike import demo

    demo.main()
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    engine = trt.Runtime(trt.Logger(trt.Logger.WARNING)).load_engine_file(arguments.engine)
    if engine is None:
        return 1
    kind = trt.LayerInformationFormat.JSON if arguments.json else trt.LayerInformationFormat.ONELINE
    print(engine.create_engine_inspector().get_engine_information(kind))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Runs a subcommand; returns its exit code."""
    parser = argparse.ArgumentParser("trtlike", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="version, CPU, and environment switches")
    info.set_defaults(run=_info)
    demo = commands.add_parser("demo", help="build, save, load and time a small trained model")
    demo.set_defaults(run=_demo)
    inspect = commands.add_parser("inspect", help="the layers of a saved engine")
    inspect.add_argument("engine", metavar="FILE")
    inspect.add_argument("--json", action="store_true")
    inspect.set_defaults(run=_inspect)
    chosen = parser.parse_args(arguments)
    return chosen.run(chosen)


if __name__ == "__main__":
    sys.exit(main())
