"""Error by layer, and time against error, as a picture. Needs matplotlib."""

import os
from pathlib import Path

from trtlike.accuracy.comparing import Comparison

_MOST_BARS = 40
_DPI = 110


def require_matplotlib() -> None:
    """Raises ValueError where matplotlib is absent."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as fault:
        raise ValueError(
            "[accuracy] picture: expected matplotlib, got none. pip install 'trtlike[accuracy]'."
        ) from fault


def draw(found: Comparison, path: str | os.PathLike) -> None:
    """Writes the picture whole or not at all.

    Raises:
        ValueError: matplotlib is absent, or the file's name ends in no kind of picture.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.8), dpi=_DPI, layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_layers(found, left)
    _draw_front(found, right)
    target = Path(path)
    beside = target.with_name(f".{target.name}.part{target.suffix}")
    kinds = figure.canvas.get_supported_filetypes()
    if target.suffix[1:] not in kinds:
        raise ValueError(
            f"[accuracy] picture: expected a name that ends in one of {', '.join(sorted(kinds))}, "
            f"got '{target}'."
        )
    figure.savefig(beside)
    beside.replace(target)


def _draw_layers(found: Comparison, axes) -> None:
    """Noise of each layer's tensor; what returning it wins stands as a line beside."""
    layers = found.layers
    title = "Noise of layers' tensors, lower is worse"
    if len(layers) > _MOST_BARS:
        noisy = sorted(layers, key=lambda layer: layer.sqnr_db)[:_MOST_BARS]
        layers = [layer for layer in layers if layer in noisy]
        title += f" (the worst {_MOST_BARS} of {len(found.layers)})"
    places = range(len(layers))
    axes.bar(places, [layer.sqnr_db for layer in layers], color="#9ecae1")
    axes.set_ylabel("signal to quantization noise, dB")
    axes.set_xticks(places, [layer.name for layer in layers], rotation=90, fontsize=6)
    axes.set_title(title, fontsize=10)
    wins = [(i, layer.error_win) for i, layer in enumerate(layers) if layer.error_win is not None]
    if wins:
        beside = axes.twinx()
        beside.plot(*zip(*wins, strict=True), "o", color="#d62728", markersize=4)
        beside.axhline(0.0, color="#d62728", linewidth=0.5)
        beside.set_ylabel("error won by FP32 (dots)", color="#d62728")


def _draw_front(found: Comparison, axes) -> None:
    axes.plot([a.ms for a in found.tries], [a.error for a in found.tries], "o", color="#bbbbbb")
    best = found.front
    axes.step([a.ms for a in best], [a.error for a in best], where="post", color="#1f77b4")
    for one, name in ((found.int8, "INT8"), (found.fp32, "FP32"), (found.chosen, "chosen")):
        if one is not None:
            axes.plot(one.ms, one.error, "s", label=name)
    axes.set_xlabel("time of a batch, ms")
    axes.set_ylabel("relative error of the outputs")
    axes.set_title("Assignments that were tried", fontsize=10)
    axes.grid(linewidth=0.3)
    axes.legend(fontsize=8)
