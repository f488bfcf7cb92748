"""Loops and conditionals of the layer API: what users of TensorRT write, against numpy; and what is
said of those that are not complete.
"""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, assert_close, load

import trtlike as trt


def weights(array: np.ndarray) -> trt.Weights:
    return trt.Weights(np.ascontiguousarray(array))


class Net:
    """A network under construction, and its engine in one line."""

    def __init__(self):
        self.log = ListLogger()
        self.builder = trt.Builder(self.log)
        self.network = self.builder.create_network()

    def constant(self, value) -> trt.ITensor:
        array = np.asarray(value)
        return self.network.add_constant(array.shape, weights(array)).get_output(0)

    def binary(self, a, b, op=trt.ElementWiseOperation.SUM) -> trt.ITensor:
        return self.network.add_elementwise(a, b, op).get_output(0)

    def run(self, outputs: list[trt.ITensor], values: dict, level: int = 3) -> list[np.ndarray]:
        for i, tensor in enumerate(outputs):
            tensor.name = f"output{i}"
            self.network.mark_output(tensor)
        context = load(self.plan(level)).create_execution_context()
        got = context.infer(values)
        return [got[f"output{i}"] for i in range(len(outputs))]

    def plan(self, level: int = 3):
        config = self.builder.create_builder_config()
        config.builder_optimization_level = level
        plan = self.builder.build_serialized_network(self.network, config)
        assert plan is not None, self.log.text
        return plan

    def refusal(self) -> str:
        config = self.builder.create_builder_config()
        assert self.builder.build_serialized_network(self.network, config) is None
        return self.log.text


@pytest.mark.parametrize("level", [0, 3])
def test_an_lstm_written_as_a_loop(level):
    steps, size = 5, 6
    rng = np.random.default_rng(0)
    x = rng.standard_normal((steps, 1, size)).astype(np.float32)
    kernel = (rng.standard_normal((size, 4 * size)) / 3).astype(np.float32)
    recurrent = (rng.standard_normal((size, 4 * size)) / 3).astype(np.float32)
    net = Net()
    n = net.network
    inputs = n.add_input("x", trt.float32, x.shape)
    loop = n.add_loop()
    loop.name = "lstm"
    loop.add_trip_limit(net.constant(np.array(steps, np.int32)), trt.TripLimit.COUNT)
    row = loop.add_iterator(inputs, 0, False).get_output(0)
    zero = net.constant(np.zeros((1, size), np.float32))
    hidden, cell = loop.add_recurrence(zero), loop.add_recurrence(zero)
    none = trt.MatrixOperation.NONE

    def product(a, b):
        return n.add_matrix_multiply(a, none, net.constant(b), none).get_output(0)

    gates = net.binary(product(row, kernel), product(hidden.get_output(0), recurrent))

    def gate(i, kind):
        part = n.add_slice(gates, (0, i * size), (1, size), (1, 1)).get_output(0)
        return n.add_activation(part, kind).get_output(0)

    prod = trt.ElementWiseOperation.PROD
    sigmoid, tanh = trt.ActivationType.SIGMOID, trt.ActivationType.TANH
    kept = net.binary(gate(1, sigmoid), cell.get_output(0), prod)
    next_cell = net.binary(kept, net.binary(gate(0, sigmoid), gate(2, tanh), prod))
    next_hidden = net.binary(
        gate(3, sigmoid), n.add_activation(next_cell, tanh).get_output(0), prod
    )
    cell.set_input(1, next_cell)
    hidden.set_input(1, next_hidden)
    last = loop.add_loop_output(hidden.get_output(0), trt.LoopOutput.LAST_VALUE)
    every = loop.add_loop_output(next_hidden, trt.LoopOutput.CONCATENATE, 0)
    every.set_input(1, net.constant(np.array(steps, np.int32)))
    assert tuple(every.get_output(0).shape) == (steps, 1, size)
    got_last, got_every = net.run([last.get_output(0), every.get_output(0)], {"x": x}, level)

    h, c, rows = np.zeros((1, size)), np.zeros((1, size)), []
    for step in x:
        parts = np.split(step @ kernel + h @ recurrent, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-parts[k])) for k in (0, 1, 3))
        c = f * c + i * np.tanh(parts[2])
        h = o * np.tanh(c)
        rows.append(h)
    assert_close(got_last, h, 1e-5)
    assert_close(got_every, np.stack(rows), 1e-5)


def test_a_loop_turns_while_its_condition_holds_before_the_turn():
    net = Net()
    x = net.network.add_input("x", trt.float32, ())
    limit = net.network.add_input("limit", trt.float32, ())
    loop = net.network.add_loop()
    value = loop.add_recurrence(x)
    goes_on = net.binary(value.get_output(0), limit, trt.ElementWiseOperation.LESS)
    loop.add_trip_limit(goes_on, trt.TripLimit.WHILE)
    doubled = net.binary(value.get_output(0), value.get_output(0))
    value.set_input(1, doubled)
    last = loop.add_loop_output(value.get_output(0), trt.LoopOutput.LAST_VALUE).get_output(0)
    last.name = "last"
    net.network.mark_output(last)
    context = load(net.plan()).create_execution_context()
    for start, end, expected in ((1, 10, 16), (1, 1, 1), (3, 100, 192), (5, 2, 5)):
        got = context.infer({"x": np.float32(start), "limit": np.float32(end)})
        assert float(got["last"]) == expected


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("kind", ["CONCATENATE", "REVERSE"])
@pytest.mark.parametrize("reverse", [False, True])
def test_iterators_and_stacks_go_both_ways_along_every_axis(axis, kind, reverse):
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    net = Net()
    inputs = net.network.add_input("x", trt.float32, x.shape)
    loop = net.network.add_loop()
    loop.add_trip_limit(net.constant(np.array(x.shape[axis], np.int32)), trt.TripLimit.COUNT)
    row = loop.add_iterator(inputs, axis, reverse).get_output(0)
    total = loop.add_recurrence(net.constant(np.zeros([1, 1], np.float32)))
    total.set_input(1, net.binary(total.get_output(0), net.constant(np.ones([1, 1], np.float32))))
    mixed = net.binary(row, total.get_output(0), trt.ElementWiseOperation.PROD)
    stacked = loop.add_loop_output(mixed, getattr(trt.LoopOutput, kind), axis)
    (got,) = net.run([stacked.get_output(0)], {"x": x})
    rows = np.moveaxis(x, axis, 0)[:: -1 if reverse else 1]
    expected = np.stack([r * i for i, r in enumerate(rows)])[:: -1 if kind == "REVERSE" else 1]
    np.testing.assert_array_equal(got, np.moveaxis(expected, 0, axis))


@pytest.mark.parametrize("level", [0, 3])
def test_a_conditional_runs_the_branch_that_its_condition_takes(level):
    net = Net()
    n = net.network
    x = n.add_input("x", trt.float32, (2, 3))
    c = n.add_input("c", trt.bool, ())
    conditional = n.add_if_conditional()
    conditional.name = "choice"
    condition = conditional.set_condition(c)
    inside = conditional.add_input(x)
    doubled = net.binary(inside.get_output(0), inside.get_output(0))
    exponent = n.add_unary(inside.get_output(0), trt.UnaryOperation.EXP).get_output(0)
    chosen = conditional.add_output(doubled, exponent)
    assert [layer.type for layer in (condition, inside, chosen)] == [
        trt.LayerType.CONDITION,
        trt.LayerType.CONDITIONAL_INPUT,
        trt.LayerType.CONDITIONAL_OUTPUT,
    ]
    assert condition.num_outputs == 0
    assert chosen.conditional == conditional
    assert chosen.conditional.name == "choice"
    chosen.get_output(0).name = "y"
    n.mark_output(chosen.get_output(0))
    context = load(net.plan(level)).create_execution_context()
    values = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    for flag in (True, False, True):
        got = context.infer({"x": values, "c": np.array(flag)})["y"]
        assert_close(got, 2 * values if flag else np.exp(values), 1e-6)


def test_the_parser_makes_the_layers_that_tensorrt_has():
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["" : 18]>
        g (float[2] x, int64 n, bool c) => (float[A] y, float[2] z) {
            y = Loop (n, , x) <body = t (int64 i, bool cc, float[2] a) => (bool go, float[2] b) {
                go = Identity(cc) b = Sin(a) }>
            z = If (c) <then_branch = a () => (float[2] p) { p = Sin(x) },
                        else_branch = b () => (float[2] p) { p = Cos(x) }> }""")
    log = ListLogger()
    network = trt.Builder(log).create_network()
    assert trt.OnnxParser(network, log).parse(model.SerializeToString())
    types = {network[i].type for i in range(network.num_layers)}
    kinds = ("TRIP_LIMIT", "RECURRENCE", "LOOP_OUTPUT", "CONDITION", "CONDITIONAL_OUTPUT")
    assert {getattr(trt.LayerType, kind) for kind in kinds} <= types
    layers = [network[i] for i in range(network.num_layers)]
    recurrence = next(layer for layer in layers if layer.type == trt.LayerType.RECURRENCE)
    recurrence.__class__ = trt.IRecurrenceLayer
    assert recurrence.loop.name != ""


def endless(net: Net):
    loop = net.network.add_loop()
    loop.name = "turns"
    value = loop.add_recurrence(net.constant(np.float32(0)))
    return loop, value


def test_what_is_missing_is_named():
    net = Net()
    loop, value = endless(net)
    end = loop.add_loop_output(value.get_output(0), trt.LoopOutput.LAST_VALUE).get_output(0)
    net.network.mark_output(end)
    assert "loop 'turns': expected a trip limit, got none" in net.refusal()
    loop.add_trip_limit(net.constant(np.array(3, np.int64)), trt.TripLimit.COUNT)
    assert "expected a next value for recurrence" in net.refusal()

    net = Net()
    conditional = net.network.add_if_conditional()
    conditional.name = "choice"
    x = net.network.add_input("x", trt.float32, (2,))
    net.network.mark_output(conditional.add_output(x, x).get_output(0))
    assert "conditional 'choice': expected one condition, got 0" in net.refusal()


def test_what_leaves_a_loop_without_a_loop_output_is_named():
    net = Net()
    loop, value = endless(net)
    loop.add_trip_limit(net.constant(np.array(3, np.int64)), trt.TripLimit.COUNT)
    inner = net.binary(value.get_output(0), net.constant(np.float32(1)))
    inner.name = "inner"
    value.set_input(1, inner)
    end = loop.add_loop_output(value.get_output(0), trt.LoopOutput.LAST_VALUE).get_output(0)
    net.network.mark_output(end)
    net.network.mark_output(net.network.add_unary(inner, trt.UnaryOperation.NEG).get_output(0))
    assert "expected 'inner' to leave the loop through a loop output" in net.refusal()


def test_values_of_turns_have_one_type_and_rank():
    net = Net()
    _, value = endless(net)
    row = net.constant(np.zeros(3, np.float32))
    value.set_input(1, row)
    with pytest.raises(trt.UserError, match="expected values of one type and rank"):
        print(value.get_output(0).shape)
