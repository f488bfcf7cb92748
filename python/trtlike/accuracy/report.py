"""A comparison as tables."""

from rich.console import Console
from rich.table import Table

from trtlike.accuracy.comparing import Comparison
from trtlike.accuracy.search import Assignment


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _show_layers(found: Comparison, console: Console) -> None:
    table = Table(title="Layers, in the order of the network")
    heads = ("noise dB", "saturated", "range", "largest", "FP32 ms", "INT8 ms")
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("layer", "tensor"):
        table.add_column(head, overflow="fold")
    for layer in found.layers:
        table.add_row(
            f"{layer.sqnr_db:.1f}",
            f"{layer.saturation:.3%}",
            f"{layer.range:.4g}",
            f"{layer.largest:.4g}",
            _number(layer.fp32_ms, ".4f"),
            _number(layer.int8_ms, ".4f"),
            layer.name,
            layer.tensor,
        )
    console.print(table)


def _show_ranking(found: Comparison, console: Console) -> None:
    table = Table(title="What returning a layer to FP32 wins and costs")
    for head in ("error won", "score won", "ms more", "noise dB"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("layer", overflow="fold")
    for layer in found.ranking[: found.tried]:
        table.add_row(
            _number(layer.error_win, "+.5f"),
            _number(layer.score_win, "+.2%"),
            f"{layer.cost_ms:+.4f}",
            f"{layer.sqnr_db:.1f}",
            layer.name,
        )
    console.print(table)
    if found.tried < len(found.ranking):
        console.print(
            f"{found.tried} of {len(found.ranking)} layers were tried, those with the most noise."
        )


def _assignment(one: Assignment) -> str:
    parts = [f"error {one.error:.5f}"]
    if one.score is not None:
        parts.append(f"score {one.score:.2%}")
    parts.append(f"{one.ms:.3f} ms" + ("" if one.is_measured else " by its layers"))
    return ", ".join(parts)


def show(found: Comparison, console: Console) -> None:
    """Prints layers, ranking, the two ends, and the assignment within the budget."""
    _show_layers(found, console)
    _show_ranking(found, console)
    console.print(f"FP32: {_assignment(found.fp32)}")
    console.print(f"INT8: {_assignment(found.int8)}")
    if found.chosen is not None and found.budget is not None:
        kept = ", ".join(found.chosen.fp32) or "none"
        console.print(
            f"Within {found.budget:.3%}: {_assignment(found.chosen)}; layers in FP32: {kept}"
        )
