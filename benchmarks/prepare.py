"""Making the models and ncnn's forms of them, each once."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.names import MODEL_NAMES
from benchmarks.rounds import ROOT, Item

_CONVERSION_S = 600


def parse_items(words: list[str], folder: Path) -> list[Item]:
    """Names of well-known topologies, "all" for every one of them, and paths of ONNX files. Raises
    ValueError for a word that is none of these."""
    items: list[Item] = []
    for word in words:
        for name in MODEL_NAMES if word == "all" else (word,):
            if name in MODEL_NAMES:
                items.append(Item(name, folder / f"{name}.onnx", name))
            elif Path(name).is_file():
                items.append(Item(Path(name).stem, Path(name).resolve()))
            else:
                raise ValueError(
                    f"model '{name}': expected an ONNX file, 'all', or one of "
                    f"{', '.join(MODEL_NAMES)}"
                )
    named = {item.name for item in items}
    if len(named) < len(items):
        raise ValueError("models: expected names that differ, got one twice")
    return items


def make_models(items: list[Item], folder: Path, progress: Callable[[str], None]) -> None:
    """Exports what is missing, in a process that may hold torch. Raises CalledProcessError."""
    for item in items:
        if not item.torch_name or item.path.exists():
            continue
        progress(f"{item.name}: export")
        command = [sys.executable, "-m", "benchmarks.models", str(folder), item.name]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)


def make_ncnn_forms(items: list[Item], progress: Callable[[str], None]) -> None:
    """Where pnnx is installed and can; a model that it cannot convert has no form."""
    program = Path(sys.executable).parent / "pnnx"
    if not program.exists():
        return
    for item in items:
        target = item.path.parent / "ncnn"
        done = target / f"{item.path.stem}.pnnx.done"
        if done.exists() and done.stat().st_mtime >= item.path.stat().st_mtime:
            continue
        progress(f"{item.name}: pnnx converts")
        target.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target) as folder:
            copy = Path(folder) / item.path.name
            copy.symlink_to(item.path)
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    [program, copy, "fp16=0"],
                    cwd=folder,
                    capture_output=True,
                    timeout=_CONVERSION_S,
                )
            for form in Path(folder).glob("*.ncnn.*"):
                if form.suffix in (".param", ".bin"):
                    shutil.move(form, target / form.name)
        done.touch()
