"""The comparison as Markdown, and its place in the README."""

from pathlib import Path

from benchmarks.names import BY_NAME, PEERS_OF
from benchmarks.results import ModelRun, Nonsense, Results, Row, geometric_mean

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
PICTURES = (
    ("ratios.png", "Times of the best peer over trtlike's, by model"),
    ("roofline.png", "Steps of the models against the machine's peaks"),
    ("layers.png", "Where the time goes, by kind of layer"),
)


def milliseconds(value: float) -> str:
    """Three significant digits."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.{2 if value < 10 else 1}f}" if value >= 1 else f"{value:.3f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def time_cell(row: Row | None) -> str:
    """Minimum and median; a dash for an engine that did not run."""
    if row is None or row.refused:
        return "-"
    least, median = row.get("min_ms"), row.get("median_ms")
    assert least is not None and median is not None
    text = f"{milliseconds(least)} / {milliseconds(median)}"
    return text + (f" (wrong: error {row.error:.1g})" if row.is_wrong else "")


def _number(value: float | None, style: str) -> str:
    return "-" if value is None else f"{value:{style}}"


def times_table(results: Results, precision: str, threads: int) -> str:
    """Ours and its peers of one precision; empty when none of ours ran."""
    ours = [e for e in results.engines if e.is_ours and e.precision == precision]
    runs = [run for run in results.runs if run.threads == threads]
    if not ours or not any(run.time(ours[0].name) for run in runs):
        return ""
    engine = ours[0]
    peers = [e for e in results.engines if not e.is_ours and e.precision == PEERS_OF[precision]]
    if precision == "fp16":
        peers = [e for e in results.engines if e.is_ours and e.precision == "fp32"]
    head = ["model", *(e.title for e in peers), engine.title, "ratio", "error"]
    if precision == "bf16":
        head.append("error of the best peer")
    elif precision == "fp16":
        head[-2] = "FP32 / FP16"
    rows = []
    for run in runs:
        ratio = run.ratio(engine.name, results.statistic)
        if precision == "fp16":
            ratio = run.quotient(peers[0].name if peers else "", engine.name, results.statistic)
        row = [run.model, *(time_cell(run.rows.get(e.name)) for e in [*peers, engine])]
        row += [_bold(_number(ratio, ".2f")), _error(run, engine.name)]
        if precision == "bf16":
            best = run.best_peer(precision, results.statistic)
            row.append("-" if best is None else _error(run, best[0].name))
        rows.append(row)
    return _table(head, rows)


def _bold(text: str) -> str:
    return text if text == "-" else f"**{text}**"


def _error(run: ModelRun, engine: str) -> str:
    row = run.rows.get(engine)
    return "-" if row is None or row.error is None else f"{row.error:.1e}"


def means(results: Results, threads: int) -> str:
    """One sentence an engine of ours: geometric mean, least and most."""
    lines = []
    for engine in results.engines:
        ratios = results.ratios(engine.name, threads) if engine.is_ours else {}
        if not ratios:
            continue
        worst = min(ratios, key=ratios.__getitem__)
        lines.append(
            f"{engine.title}: geometric mean of the ratios "
            f"**{geometric_mean(list(ratios.values())):.2f}** over {len(ratios)} models, "
            f"the least {ratios[worst]:.2f} ({worst})."
        )
    return "\n".join(lines)


def loading_table(results: Results, threads: int) -> str:
    """Seconds from a file to the first answer, by engine."""
    engines = [e for e in results.engines if e.name not in ("trtlike_bf16", "trtlike_fp16")]
    rows = []
    for run in results.runs:
        if run.threads != threads:
            continue
        row = [run.model]
        for engine in engines:
            found = run.rows.get(engine.name)
            row.append(_number(found.get("load_s") if found else None, ".3f"))
        ours = run.rows.get("trtlike")
        row.append(_number(ours.get("build_s") if ours else None, ".1f"))
        rows.append(row)
    return _table(["model", *(e.title for e in engines), "trtlike's build"], rows)


def memory_table(results: Results, threads: int) -> str:
    """Peak MiB of the process, and trtlike's arena beside its lower bound."""
    peers = [e for e in results.engines if not e.is_ours]
    head = ["model", *(e.title for e in peers), "trtlike", "arena", "lower bound", "arena / bound"]
    rows = []
    for run in results.runs:
        if run.threads != threads:
            continue
        row = [run.model]
        for engine in [*peers, BY_NAME["trtlike"]]:
            found = run.rows.get(engine.name)
            build = None if found is None else found.get("build_peak_mib")
            if found is not None and build is None:
                build = found.get("load_peak_mib")
            peak = None if found is None else found.get("run_peak_mib")
            row.append(f"{_number(build, '.0f')} / {_number(peak, '.0f')}" if build else "-")
        ours = run.rows.get("trtlike")
        arena = None if ours is None else ours.get("arena_bytes")
        bound = None if ours is None else ours.get("arena_lower_bound_bytes")
        row += [_kib(arena), _kib(bound)]
        row.append(f"{arena / bound:.2f}" if arena is not None and bound else "-")
        rows.append(row)
    return _table(head, rows)


def _kib(value: float | None) -> str:
    return "-" if value is None else f"{value / 1024:.0f} KiB"


def _setting(results: Results) -> str:
    machine, settings = results.machine, results.settings
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    lines = [
        f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_gib']:.0f} GiB; "
        f"{machine['date']}; {versions}.",
    ]
    for peak in machine.get("peaks", []):
        lines.append(
            f"Measured peaks of {peak['threads']} threads: {peak['fp32_gflops']:.0f} GFLOP/s in "
            f"FP32, {peak['bf16_gflops']:.0f} in BF16, {peak['read_gbs']:.0f} GB/s."
        )
    lines.append(f"Command: `{machine['command']}`.")
    beside = (
        " One core is kept busy by a loop beside; ratios compare medians."
        if settings["busy"]
        else ""
    )
    lines.append(
        f"Milliseconds a run, minimum / median of the minimums of {settings['rounds']} interleaved "
        f"rounds; batch 1.{beside} Ratio: the best peer's time over trtlike's. Error: the largest "
        "difference from ONNX Runtime, relative to the output's largest magnitude."
    )
    return "\n".join(lines)


def markdown(results: Results, pictures: str | None = None) -> str:
    """The whole report; `pictures` is the folder that links go to."""
    if not results.runs:
        raise Nonsense("report: expected results of at least one model, got none")
    parts = [_setting(results)]
    for threads in results.threads:
        plural = "s" if threads > 1 else ""
        parts.append(f"### {threads} thread{plural}")
        tables = [times_table(results, precision, threads) for precision in PEERS_OF]
        parts += [table for table in tables if table]
        parts.append(means(results, threads))
    if pictures is not None:
        parts += [f"![{text}]({pictures}/{file})" for file, text in PICTURES]
    threads = results.threads[-1]
    parts.append(
        "### Loading and memory\n\nSeconds from the file to the end of the first inference "
        "(trtlike: from a saved plan), and what building the plan takes."
    )
    parts.append(loading_table(results, threads))
    parts.append(
        "Peak MiB of the process, Python included: while loading (trtlike: while building) / "
        "while running. The arena holds trtlike's activations and scratch; no placement can be "
        "smaller than the lower bound."
    )
    parts.append(memory_table(results, threads))
    refused = [
        f"{run.model}, {BY_NAME[name].title}: {row.refused}"
        for run in results.runs
        for name, row in run.rows.items()
        if row.refused
    ]
    if refused:
        parts.append("Did not run:\n\n" + "\n".join(f"- {line}" for line in dict.fromkeys(refused)))
    return "\n\n".join(part for part in parts if part) + "\n"


def insert(readme: str, section: str) -> str:
    """The README with what stands between the markers replaced. Raises ValueError unless each
    marker is there once, in order."""
    begin, end = readme.find(BEGIN), readme.find(END)
    if readme.count(BEGIN) != 1 or readme.count(END) != 1 or end < begin:
        raise ValueError(f"README: expected the lines '{BEGIN}' and '{END}' once each, in order")
    return readme[: begin + len(BEGIN)] + "\n" + section.rstrip("\n") + "\n" + readme[end:]


def write_readme(path: Path, section: str) -> None:
    path.write_text(insert(path.read_text(), section))
