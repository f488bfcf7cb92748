"""Compares trtlike with other engines on this machine.

    python -m benchmarks MODEL... [--threads 1,2] [--engines a,b] [--rounds 8] [--busy] [--out DIR]
    python -m benchmarks --from results.json     # the report again, from stored numbers

A MODEL is an ONNX file, the name of a well-known topology, or "all" for every one of those. An
engine that is not installed or refuses a model shows as '-'. Keep the machine quiet meanwhile.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import machine, prepare, report, results
from benchmarks.names import ENGINES, parse_engines
from benchmarks.rounds import ROOT, Comparison, Item, Settings


def parse_threads(text: str) -> list[int]:
    numbers = [int(word) for word in text.split(",") if word]
    if not numbers or any(not 1 <= number <= 1024 for number in numbers):
        raise argparse.ArgumentTypeError(f"expected numbers from 1 to 1024, got '{text}'")
    return list(dict.fromkeys(numbers))


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        "benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("models", nargs="*", metavar="MODEL")
    p.add_argument("--threads", type=parse_threads, default=[2], metavar="N,...")
    p.add_argument("--rounds", type=int, default=8)
    p.add_argument("--budget", type=float, default=0.3, help="seconds of a round")
    p.add_argument("--engines", default=",".join(engine.name for engine in ENGINES))
    p.add_argument("--busy", action="store_true", help="a busy loop beside, on one core")
    p.add_argument("--out", type=Path, help="where report.md, results.json and pictures go")
    p.add_argument("--model-folder", type=Path, default=ROOT / "build" / "bench" / "models")
    p.add_argument("--readme", type=Path, help="replace the section between this file's markers")
    p.add_argument("--command", default="", help=argparse.SUPPRESS)
    p.add_argument("--from", dest="stored", type=Path, help="numbers of an earlier run")
    return p


def measure(chosen: argparse.Namespace, items: list[Item], console: Console) -> results.Results:
    engines = parse_engines(chosen.engines)
    command = chosen.command or shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    settings = {"rounds": chosen.rounds, "budget_s": chosen.budget, "busy": chosen.busy}
    runs: list[dict] = []
    described = machine.describe(command, chosen.threads)
    data = {"machine": described, "settings": settings, "runs": runs}
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("models", total=len(items) * len(chosen.threads))
        show = lambda text: progress.update(task, description=text)  # noqa: E731
        prepare.make_models(items, chosen.model_folder, show)
        if any(engine.name == "ncnn" for engine in engines):
            prepare.make_ncnn_forms(items, show)
        for threads in chosen.threads:
            for item in items:
                setting = Settings(threads, chosen.rounds, chosen.budget, chosen.busy)
                rows = Comparison(item, engines, setting, show).run()
                runs.append({"model": item.name, "threads": threads, "engines": rows})
                (chosen.out / "results.json").write_text(json.dumps(data, indent=1) + "\n")
                progress.advance(task)
    return results.parse(data)


def write(found: results.Results, chosen: argparse.Namespace, console: Console) -> None:
    try:
        from benchmarks import pictures
    except ImportError:
        console.print("matplotlib is not installed: no pictures.")
        has_pictures = False
    else:
        pictures.draw(found, chosen.out)
        has_pictures = True
    (chosen.out / "report.md").write_text(report.markdown(found, "." if has_pictures else None))
    if chosen.readme:
        folder = chosen.out.resolve().relative_to(chosen.readme.resolve().parent)
        section = report.markdown(found, str(folder) if has_pictures else None)
        report.write_readme(chosen.readme, section)
    for threads in found.threads:
        console.print(report.means(found, threads).replace("**", ""))
    console.print(f"Written: {chosen.out / 'report.md'}")


def main() -> int:
    chosen = parser().parse_args()
    console = Console()
    if chosen.out is None:
        here = ROOT / "benchmarks" / "results"
        chosen.out = here if chosen.readme else ROOT / "build" / "bench"
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        if chosen.readme:
            report.insert(chosen.readme.read_text(), "")
        if chosen.stored:
            found = results.read(chosen.stored)
        else:
            items = prepare.parse_items(chosen.models or ["all"], chosen.model_folder.resolve())
            found = measure(chosen, items, console)
        write(found, chosen, console)
    except subprocess.CalledProcessError as error:
        console.print(f"{error}\n{error.stderr or ''}")
        return 1
    except (ValueError, OSError) as error:
        console.print(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
