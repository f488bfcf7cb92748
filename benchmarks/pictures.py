"""Pictures of a comparison: ratios, a roofline, and time by kind of layer. Needs matplotlib."""

from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

from benchmarks.results import ModelRun, Results
from trtlike.layers import rates

_COLOURS = {"trtlike": "#1f77b4", "trtlike_bf16": "#d62728", "trtlike_fp16": "#9467bd"}
_MARKS = (0.25, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
_DPI = 110
# Kinds of layer that are told apart; the first word that a layer's type contains decides.
_KINDS = (
    ("convolution", ("Convolution", "Deconvolution")),
    ("matrix product", ("Matrix", "Einsum")),
    ("attention", ("Attention",)),
    ("recurrent", ("LSTM", "GRU", "RNN")),
    ("normalization, softmax", ("Normalization", "Softmax", "Reduce", "LRN")),
    ("pooling, resize", ("Pooling", "Resize")),
    ("element-wise", ("PointWise", "ElementWise", "Activation", "Unary", "Scale")),
)
_OTHER = "moves"


def kind(layer_type: str) -> str:
    """Which of the kinds a layer's type belongs to."""
    for name, words in _KINDS:
        if any(word in layer_type for word in words):
            return name
    return _OTHER


def time_by_kind(run: ModelRun, engine: str) -> dict[str, float]:
    """Milliseconds of each kind of layer."""
    times: dict[str, float] = defaultdict(float)
    row = run.rows.get(engine)
    for layer in row.layers if row else []:
        times[kind(layer["type"])] += layer["ms"]
    return dict(times)


def draw_ratios(results: Results, path: Path) -> None:
    """A group of bars a model, from the line where both take as long: one bar an engine of ours and
    a number of threads."""
    series = [
        (engine, threads, results.ratios(engine.name, threads))
        for threads in results.threads
        for engine in results.engines
        if engine.is_ours
    ]
    series = [entry for entry in series if entry[2]]
    models = list(dict.fromkeys(run.model for run in results.runs))
    figure, axes = pyplot.subplots(figsize=(max(6.0, 0.9 * len(models)), 4.2), dpi=_DPI)
    width = 0.8 / max(len(series), 1)
    for i, (engine, threads, ratios) in enumerate(series):
        places = [at + (i - (len(series) - 1) / 2) * width for at in range(len(models))]
        heights = [ratios.get(model, 1.0) - 1.0 for model in models]
        label = f"{engine.title}, {threads} thread{'s' if threads > 1 else ''}"
        alpha = 1.0 if threads == results.threads[0] else 0.55
        colour = _COLOURS[engine.name]
        axes.bar(places, heights, width * 0.92, 1.0, color=colour, alpha=alpha, label=label)
    axes.axhline(1.0, color="black", linewidth=0.9)
    axes.set_yscale("log")
    least, most = axes.get_ylim()
    marks = [mark for mark in _MARKS if least <= mark <= most]
    axes.set_yticks(marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
    axes.grid(axis="y", linewidth=0.3)
    axes.set_xticks(range(len(models)), models, rotation=35, ha="right")
    axes.set_ylabel("best peer's time / trtlike's")
    axes.set_title("Above 1: faster than every peer of the same precision", fontsize=10)
    if series:
        axes.legend(fontsize=8)
    _save(figure, path)


def draw_roofline(results: Results, path: Path, engine: str = "trtlike") -> None:
    """Every step as a dot, coloured by model, under what the machine reaches."""
    threads = results.threads[-1]
    peak = next((p for p in results.machine["peaks"] if p["threads"] == threads), None)
    figure, axes = pyplot.subplots(figsize=(8, 5), dpi=_DPI)
    colours = pyplot.get_cmap("tab20")
    for i, run in enumerate(r for r in results.runs if r.threads == threads):
        row = run.rows.get(engine)
        layers = [layer for layer in (row.layers if row else []) if layer["operations"]]
        if not layers or peak is None:
            continue
        total = sum(layer["ms"] for layer in layers)
        axes.scatter(
            [layer["operations"] / max(layer["bytes"], 1) for layer in layers],
            [max(rates(layer, peak)["gflops"], 1e-3) for layer in layers],
            [6 + 240 * layer["ms"] / total for layer in layers],
            color=colours(i % 20),
            alpha=0.65,
            linewidths=0,
            label=run.model,
        )
    if peak is not None:
        ridge = peak["fp32_gflops"] / peak["read_gbs"]
        reach = [2.0**-4, ridge, 2.0**10]
        roof = [min(peak["fp32_gflops"], x * peak["read_gbs"]) for x in reach]
        axes.plot(reach, roof, color="black", linewidth=1.2)
        text = f"{peak['fp32_gflops']:.0f} GFLOP/s, {peak['read_gbs']:.0f} GB/s"
        axes.annotate(text, (reach[-1], roof[-1]), ha="right", va="bottom", fontsize=8)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlabel("operations of the direct algorithm a byte of operands")
    axes.set_ylabel("GFLOP/s")
    axes.set_title(
        f"Steps of trtlike FP32, {threads} threads; area: share of the model's time. Above the "
        "roof: Winograd, caches.",
        fontsize=9,
    )
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, ncols=2, markerscale=0.8)
    _save(figure, path)


def draw_layers(results: Results, path: Path, engine: str = "trtlike") -> None:
    """One stacked bar a model."""
    threads = results.threads[-1]
    runs = [run for run in results.runs if run.threads == threads and time_by_kind(run, engine)]
    figure, axes = pyplot.subplots(figsize=(8, 0.6 + 0.36 * max(len(runs), 3)), dpi=_DPI)
    lefts = [0.0] * len(runs)
    for name in [*(name for name, _ in _KINDS), _OTHER]:
        shares = []
        for run in runs:
            times = time_by_kind(run, engine)
            shares.append(100 * times.get(name, 0.0) / sum(times.values()))
        if any(shares):
            axes.barh([run.model for run in runs], shares, left=lefts, label=name)
            lefts = [left + share for left, share in zip(lefts, shares, strict=True)]
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"% of the time of trtlike FP32, {threads} threads")
    if runs:
        axes.legend(fontsize=7, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    _save(figure, path)


def _save(figure: pyplot.Figure, path: Path) -> None:
    figure.savefig(path, bbox_inches="tight", metadata={"Software": None})
    pyplot.close(figure)


def draw(results: Results, folder: Path) -> None:
    """Writes ratios.png, roofline.png and layers.png."""
    draw_ratios(results, folder / "ratios.png")
    draw_roofline(results, folder / "roofline.png")
    draw_layers(results, folder / "layers.png")
