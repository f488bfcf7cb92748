"""Networks that hear a recording frame by frame: over whole recordings, their state carried from
call to call, they give what ONNX Runtime gives and what the recordings' labels say."""

import wave
from pathlib import Path

import numpy as np
import pytest
from conftest import assert_close, asset, build_plan, load

RATE = 16000
FRAME, BEFORE = 512, 64
TOLERANCE = 1e-4
recordings = pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"testset-audio-{i:02d}", marks=[] if i in (1, 10) else [pytest.mark.long])
        for i in range(1, 31)
    ],
)
levels = pytest.mark.parametrize("level", [0, 3])


def recording(name: str) -> np.ndarray:
    """Mono samples of 16 kHz in -1..1."""
    with wave.open(str(asset("data", "vad", f"{name}.wav"))) as file:
        assert file.getframerate() == RATE
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return samples.astype(np.float32) / 32768


def frames(samples: np.ndarray) -> np.ndarray:
    """Frames of 512 samples, each with the 64 before it."""
    padded = np.concatenate([np.zeros(BEFORE, np.float32), samples])
    starts = range(0, len(samples) - FRAME + 1, FRAME)
    return np.stack([padded[at : at + BEFORE + FRAME] for at in starts])


def labels(name: str, count: int) -> np.ndarray:
    """Whether somebody speaks in the middle of each frame."""
    fields = asset("data", "vad", f"{name}.scv").read_text().strip().split(",")[1:]
    middle = (np.arange(count) + 0.5) * FRAME / RATE
    spoken = np.zeros(count, bool)
    for start, end, label in zip(*[map(float, fields)] * 3, strict=True):
        spoken |= (start <= middle) & (middle < end) & (label == 1)
    return spoken


def session(model: Path):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def follow(model: Path, profile, level: int, feeds, states: dict[str, str]):
    """Both run over all frames, each with the states that it gave itself; the heard output of ours,
    frame by frame. `states`: input by output."""
    theirs = session(model)
    ours = load(build_plan(model, [profile] if profile else None, level=level))
    names = [output.name for output in theirs.get_outputs()]
    given = {i.name: i.shape for i in theirs.get_inputs()}
    context = ours.create_execution_context()
    zeros = {
        name: np.zeros([d if isinstance(d, int) else 1 for d in given[name]], np.float32)
        for name in states.values()
    }
    got_state = expected_state = zeros
    heard = []
    for feed in feeds:
        expected = dict(zip(names, theirs.run(names, {**feed, **expected_state}), strict=True))
        got = context.infer({**feed, **got_state})
        for name in names:
            assert_close(got[name], expected[name], TOLERANCE, name=name)
        expected_state = {states[name]: expected[name] for name in states}
        got_state = {states[name]: got[name].copy() for name in states}
        heard.append(got[next(name for name in names if name not in states)].copy())
    return np.stack(heard)


@levels
@recordings
def test_silero_as_published_hears_what_onnxruntime_hears(name, level):
    """25 conditionals, some in others, on the rate and on the shape of the input."""
    model = asset("models", "silero_vad_v6.2.onnx")
    profile = {"input": ((1, FRAME + BEFORE),) * 3, "state": ((2, 1, 128),) * 3}
    feeds = [{"input": frame[None], "sr": np.array(RATE)} for frame in frames(recording(name))]
    heard = follow(model, profile, level, feeds, {"stateN": "state"})
    assert heard.max() > 0.9
    assert heard.min() < 0.1


@levels
@recordings
def test_silero_for_sequences_gives_the_same_whole_and_frame_by_frame(name, level):
    model = asset("models", "fw_silero_v6.onnx")
    cut = frames(recording(name))
    profile = {"input": ((1, 576), (1, 576), (len(cut), 576))}
    feeds = [{"input": frame[None]} for frame in cut]
    heard = follow(model, profile, level, feeds, {"hn": "h", "cn": "c"})
    zero = np.zeros((1, 1, 128), np.float32)
    whole = {"input": cut, "h": zero, "c": zero}
    expected = session(model).run(["speech_probs"], whole)[0]
    context = load(build_plan(model, [profile], level=level)).create_execution_context()
    got = context.infer(whole)["speech_probs"]
    assert_close(got, expected, TOLERANCE)
    assert_close(got, heard.reshape(-1), TOLERANCE)


def area_under_curve(scores: np.ndarray, truth: np.ndarray) -> float:
    """The share of pairs of a spoken and a silent frame that the scores order rightly."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    spoken = int(truth.sum())
    silent = len(truth) - spoken
    return (ranks[truth].sum() - spoken * (spoken + 1) / 2) / (spoken * silent)


@levels
def test_silero_for_sequences_reaches_its_figures_on_labelled_speech(level):
    model = asset("models", "fw_silero_v6.onnx")
    names = sorted(path.stem for path in asset("data", "vad").glob("*.wav"))
    assert len(names) == 30
    profile = {"input": ((1, 576), (300, 576), (4000, 576))}
    context = load(build_plan(model, [profile], level=level)).create_execution_context()
    zero = np.zeros((1, 1, 128), np.float32)
    scores, truth = [], []
    for name in names:
        cut = frames(recording(name))
        scores.append(context.infer({"input": cut, "h": zero, "c": zero})["speech_probs"].copy())
        truth.append(labels(name, len(cut)))
    heard, spoken = np.concatenate(scores), np.concatenate(truth)
    assert round(float(((heard > 0.5) == spoken).mean()), 3) >= 0.888
    assert round(area_under_curve(heard, spoken), 3) >= 0.950


def spectra(samples: np.ndarray, width: int, step: int) -> np.ndarray:
    starts = range(0, len(samples) - width + 1, step)
    return np.stack([np.fft.rfft(samples[at : at + width]) for at in starts])


@levels
@recordings
def test_dtln_takes_the_noise_out_of_the_same_bands(name, level):
    model = asset("models", "dtln_1.onnx")
    bands = np.abs(spectra(recording(name), 512, 128)).astype(np.float32)
    feeds = [{"input_2": band[None, None]} for band in bands]
    states = {"tf_op_layer_stack_2": "input_3"}
    mask = follow(model, {}, level, feeds, states)
    assert mask.min() >= 0
    assert mask.max() <= 1
    assert np.ptp(mask) > 0.5


def mel_features(samples: np.ndarray) -> np.ndarray:
    """Logarithms of the energy in 40 bands, and a place for the pitch that stays empty."""
    width, step, bands = 768, 256, 40
    power = np.abs(spectra(samples * 32768, width, step)) ** 2
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), bands + 2)
    edges = 700 * (10 ** (mel / 2595) - 1) / RATE * width
    bins = np.arange(power.shape[1])
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    energy = power @ np.maximum(0, np.minimum(rise, fall)).T
    features = np.concatenate([np.log(energy / 32768**2 + 1e-20), np.zeros((len(power), 1))], 1)
    mean, deviation = features.mean(0), features.std(0)
    return ((features - mean) / (deviation + 1e-20)).astype(np.float32)


@levels
@recordings
def test_ten_vad_hears_what_onnxruntime_hears(name, level):
    model = asset("models", "ten-vad.onnx")
    features = mel_features(recording(name))
    feeds = [{"input_1": features[None, at - 3 : at]} for at in range(3, len(features))]
    states = {"output_2": "input_2", "output_3": "input_3", "output_6": "input_6"}
    states["output_7"] = "input_7"
    profile = {"input_1": ((1, 3, 41),) * 3}
    profile |= {state: ((1, 64),) * 3 for state in states.values()}
    heard = follow(model, profile, level, feeds, states)
    assert np.ptp(heard) > 0.3
