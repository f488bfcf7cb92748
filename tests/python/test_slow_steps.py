"""Steps that nothing fast computes: the builder warns of them, `trtlike layers` marks them."""

import json

import numpy as np
import pytest
from conftest import ListLogger

import trtlike as trt
from trtlike import cli

WIDTH = 320


def network(builder: trt.Builder, width: int = WIDTH) -> trt.INetworkDefinition:
    made = builder.create_network()
    x = made.add_input("x", trt.float32, (width, width))
    weights = np.ones((width, width), np.float32)
    constant = made.add_constant(weights.shape, weights).get_output(0)
    none = trt.MatrixOperation.NONE
    product = made.add_matrix_multiply(x, none, constant, none)
    product.name = "product"
    made.mark_output(product.get_output(0))
    return made


def build(log: ListLogger, level: int = 3, width: int = WIDTH, sources: int | None = None):
    builder = trt.Builder(log)
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    if sources is not None:
        config.set_tactic_sources(sources)
    plan = builder.build_serialized_network(network(builder, width), config)
    assert plan is not None, log.text
    return plan


def noisy(builder: trt.Builder) -> trt.INetworkDefinition:
    made = builder.create_network()
    x = made.add_input("x", trt.float32, (64, 64, 64))
    noise = made.add_fill((64, 64, 64), trt.FillOperation.RANDOM_NORMAL)
    noise.name = "noise"
    sum_op = trt.ElementWiseOperation.SUM
    made.mark_output(made.add_elementwise(x, noise.get_output(0), sum_op).get_output(0))
    return made


def test_the_builder_names_the_step_and_why_each_tactic_refuses(logger):
    build(logger, sources=0)
    (line,) = [line for line in logger.lines if "the reference" in line]
    assert "layer 'product' (MatrixMultiply)" in line
    assert "its source is switched off" in line and "matmul_" in line
    assert "ms of a run" in line


def test_the_builder_says_that_there_is_no_other_tactic(logger):
    builder = trt.Builder(logger)
    plan = builder.build_serialized_network(noisy(builder), builder.create_builder_config())
    assert plan is not None
    (line,) = [line for line in logger.lines if "the reference" in line]
    assert "layer 'noise' (Fill)" in line
    assert "There is no other tactic for Fill." in line


def test_fast_small_and_unmeasured_steps_are_not_worth_a_warning(logger):
    build(logger)
    build(logger, width=8, sources=0)
    build(logger, level=0, sources=0)
    assert logger.lines == []


@pytest.mark.parametrize("sources, is_slow", [(0, True), (None, False)])
def test_layers_mark_slow_references(sources, is_slow, logger, capsys, tmp_path):
    path = tmp_path / "engine.plan"
    path.write_bytes(bytes(build(logger, sources=sources)))
    assert cli.main(["layers", str(path), "--runs=2"]) == 0
    out = capsys.readouterr().out
    assert ("reference (slow)" in out) == is_slow
    assert ("1 of the steps run slowly" in out) == is_slow
    assert cli.main(["layers", str(path), "--runs=2", "--json"]) == 0
    (layer,) = json.loads(capsys.readouterr().out)["layers"]
    assert layer["slow_reference"] == is_slow
