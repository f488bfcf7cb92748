"""Plans that are written and read piece by piece, and weights that are given back."""

import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ListLogger, build_plan, digits_model, load

import trtlike as trt


class Writer(trt.IStreamWriter):
    def __init__(self, most: int = 1 << 30):
        trt.IStreamWriter.__init__(self)
        self.data = b""
        self.most = most

    def write(self, data):
        self.data += data[: self.most]
        return min(len(data), self.most)


class Reader(trt.IStreamReader):
    def __init__(self, data: bytes, most: int = 1 << 30):
        trt.IStreamReader.__init__(self)
        self.data, self.at, self.most = data, 0, most

    def read(self, size):
        part = self.data[self.at : self.at + min(size, self.most)]
        self.at += len(part)
        return part


class ReaderV2(trt.IStreamReaderV2):
    def __init__(self, data: bytes, most: int = 1 << 30):
        trt.IStreamReaderV2.__init__(self)
        self.data, self.at, self.most = data, 0, most

    def read(self, num_bytes, stream):
        assert stream == 0
        part = self.data[self.at : self.at + min(num_bytes, self.most)]
        self.at += len(part)
        return part

    def seek(self, offset, where):
        base = {trt.SeekPosition.SET: 0, trt.SeekPosition.CUR: self.at}
        self.at = base.get(where, len(self.data)) + offset
        return True


SHAPES = ((1, 1, 8, 8), (1, 1, 8, 8), (2, 1, 8, 8))


def prepare(log):
    builder = trt.Builder(log)
    network = builder.create_network()
    assert trt.OnnxParser(network, log).parse(digits_model())
    config = builder.create_builder_config()
    profile = builder.create_optimization_profile()
    profile.set_shape("image", *SHAPES)
    config.add_optimization_profile(profile)
    return builder, network, config


@pytest.fixture(scope="module")
def plan() -> bytes:
    return bytes(build_plan(digits_model(), [{"image": SHAPES}]))


@pytest.mark.parametrize("most", [1 << 30, 4096, 1000])
def test_a_plan_is_written_whole(most):
    builder, network, config = prepare(ListLogger())
    writer = Writer(most)
    assert builder.build_serialized_network_to_stream(network, config, writer)
    image = np.random.default_rng(0).random((1, 1, 8, 8), np.float32)
    direct = load(builder.build_serialized_network(network, config))
    streamed = load(writer.data)
    for engine in (direct, streamed):
        assert engine.num_io_tensors == 2
    np.testing.assert_array_equal(
        *(
            e.create_execution_context().infer({"image": image})["probabilities"]
            for e in (direct, streamed)
        )
    )


@pytest.mark.parametrize("answer", [0, -1, 1 << 40])
def test_a_writer_that_takes_nothing_fails_the_build(answer):
    class Stuck(Writer):
        def write(self, data):
            return answer

    log = ListLogger()
    builder, network, config = prepare(log)
    assert not builder.build_serialized_network_to_stream(network, config, Stuck())
    assert "[builder] stream writer: expected it to take some" in log.text


@pytest.mark.parametrize("kind", [Reader, ReaderV2])
@pytest.mark.parametrize("most", [1 << 30, 4096, 37])
def test_a_plan_is_read_from_a_stream(plan, kind, most):
    reader = kind(plan + b"what follows is not the plan's", most)
    engine = trt.Runtime(ListLogger()).deserialize_cuda_engine(reader)
    assert reader.at == len(plan)
    image = np.random.default_rng(1).random((1, 1, 8, 8), np.float32)
    got = engine.create_execution_context().infer({"image": image})["probabilities"]
    want = load(plan).create_execution_context().infer({"image": image})["probabilities"]
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("kind", [Reader, ReaderV2])
@pytest.mark.parametrize(
    ("cut", "sentence"),
    [
        (lambda plan: b"", "expected at least 64 bytes, got 0"),
        (lambda plan: plan[:63], "expected at least 64 bytes, got 63"),
        (lambda plan: plan[:-1], "truncated"),
        (lambda plan: b"x" * 1000, "expected the first bytes of a trtlike plan"),
        (lambda plan: plan[:16] + b"\xff" * 8 + plan[24:], "[engine] plan size: expected"),
    ],
)
def test_what_is_no_plan_is_refused(plan, kind, cut, sentence):
    log = ListLogger()
    assert trt.Runtime(log).deserialize_cuda_engine(kind(cut(plan))) is None
    assert sentence in log.text


def test_readers_that_give_too_much_or_fail_are_refused(plan, monkeypatch):
    shown = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: shown.append(str(args.exc_value)))

    class Much(Reader):
        def read(self, size):
            return b"x" * (size + 1)

    class Broken(Reader):
        def read(self, size):
            raise OSError("no more tape")

    for reader, sentence in ((Much(plan), "got 65"), (Broken(plan), "got -1")):
        log = ListLogger()
        assert trt.Runtime(log).deserialize_cuda_engine(reader) is None
        assert "[runtime] stream reader: expected at most 64 bytes, " + sentence in log.text
    assert shown == ["no more tape"]


def test_weights_of_a_mapped_plan_can_be_given_back(tmp_path):
    builder = trt.Builder(ListLogger())
    network = builder.create_network()
    rng = np.random.default_rng(2)
    weights = rng.standard_normal((3072, 2048)).astype(np.float32)
    x = network.add_input("x", trt.float32, (2, 3072))
    w = network.add_constant(weights.shape, weights).get_output(0)
    none = trt.MatrixOperation.NONE
    product = network.add_matrix_multiply(x, none, w, none)
    network.mark_output(product.get_output(0))
    config = builder.create_builder_config()
    config.builder_optimization_level = 0
    plan = builder.build_serialized_network(network, config)
    path = tmp_path / "large.plan"
    path.write_bytes(plan)
    engine = trt.Runtime(ListLogger()).load_engine_file(str(path))
    size = engine.streamable_weights_size
    assert size == engine.weights_size == engine.get_engine_stat() >= weights.nbytes
    assert engine.weight_streaming_budget_v2 == size
    assert 0 < engine.get_weight_streaming_automatic_budget() <= size
    context = engine.create_execution_context()
    data = rng.standard_normal((2, 3072)).astype(np.float32)

    def resident() -> int:
        """Bytes of the plan's pages that this process has in memory."""
        total, is_plan = 0, False
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if "-" in line.split(" ", 1)[0] and ":" not in line.split(" ", 1)[0]:
                is_plan = str(path) in line
            elif is_plan and line.startswith("Rss:"):
                total += int(line.split()[1]) << 10
        return total

    for budget in (size, size // 2, 0):
        engine.weight_streaming_budget_v2 = budget
        assert engine.weight_streaming_budget_v2 == engine.weight_streaming_budget == budget
        (got,) = context.infer({"x": data}).values()
        np.testing.assert_allclose(got, data @ weights, rtol=1e-3, atol=1e-3)
        assert resident() <= budget + (len(bytes(plan)) - size) + (1 << 20)
    assert engine.minimum_weight_streaming_budget == 0
    assert engine.weight_streaming_scratch_memory_size == 0


def test_weights_in_memory_of_their_own_stay(plan):
    log = ListLogger()
    engine = load(plan, log)
    assert engine.streamable_weights_size == 0 and engine.weight_streaming_budget_v2 == 0
    engine.weight_streaming_budget_v2 = -5
    assert "[runtime] weight_streaming_budget: expected at least 0 bytes, got -5" in log.text
    assert engine.get_engine_stat(trt.EngineStat.TOTAL_WEIGHTS_SIZE) == engine.weights_size
    assert engine.tactic_sources != 0


def test_streams_can_be_asked_as_their_base_classes():
    writer = Writer(3)
    assert trt.IStreamWriter.write(writer, b"hello") == 3 and writer.data == b"hel"
    assert trt.IStreamReader.read(Reader(b"hello"), 4) == b"hell"
    assert trt.IStreamReaderV2.read(ReaderV2(b"hello"), 9, 0) == b"hello"
    with pytest.raises(ValueError, match="expected at most 4 bytes, got -1"):
        trt.IStreamReader().read(4)
