"""Every layer of the network API: the properties with which TensorRT adds it, that each can be set
and read back, and what it refuses. Its numbers stand in test_layer_numbers_*.py."""

from typing import Any

import numpy as np
import pytest
from conftest import ListLogger
from layer_networks import new_network
from layer_table import PLAIN, ROWS, add_image, add_input, add_integers

import trtlike as trt


def plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, trt.Dims) else value


@pytest.mark.parametrize("name", ROWS)
def test_a_layer_is_added_with_the_properties_of_tensorrt(name):
    layer = ROWS[name].add(new_network()[1])
    got = {key: plain(getattr(layer, key)) for key in ROWS[name].defaults}
    assert got == ROWS[name].defaults


@pytest.mark.parametrize("name", ROWS)
def test_properties_are_set_and_read_back(name):
    network = new_network()[1]
    layer = ROWS[name].add(network)
    for key, value in ROWS[name].settable.items():
        setattr(layer, key, value)
        assert plain(getattr(layer, key)) == value, key


@pytest.mark.parametrize("name", ROWS | PLAIN)
def test_a_layer_is_found_in_the_network_by_its_class_and_name(name):
    network = new_network()[1]
    add = ROWS[name].add if name in ROWS else PLAIN[name]
    added = add(network)
    if name == "attention":
        assert [layer.type for layer in network] == [
            trt.LayerType.ATTENTION_INPUT,
            trt.LayerType.ATTENTION_OUTPUT,
        ]
        boundary = network[0]
        boundary.__class__ = trt.IAttentionInputLayer
        assert boundary.attention == added
        return
    assert network[-1] == added
    assert isinstance(added, trt.ILayer)
    assert type(added) is not trt.ILayer
    assert added.name == f"(Unnamed Layer* {network.num_layers - 1}) [{added.op_name}]"
    for i in range(added.num_outputs):
        assert added.get_output(i).name == f"{added.name}_output" + (f" ({i})" if i else "")
    added.name, added.metadata = "mine", "text"
    assert (network[-1].name, network[-1].metadata) == ("mine", "text")


def test_every_adder_of_the_network_has_a_row():
    adders = {name for name in dir(trt.INetworkDefinition) if name.startswith("add_")}
    # Without a layer of their own, under old names, or generic.
    others = {"add_input", "add_node", "add_loop", "add_if_conditional", "add_scale_nd"}
    others |= {"add_convolution", "add_deconvolution", "add_pooling", "add_padding"}
    others |= {"add_fully_connected"}
    called: set[str] = set()
    for name, add in [(name, row.add) for name, row in ROWS.items()] + list(PLAIN.items()):
        recorder = Recorder(new_network()[1], called)
        add(recorder)
        assert called, name
    assert adders - others == called - {"add_input", "add_loop"}


class Recorder:
    """A network that notes which adders are called."""

    def __init__(self, network: trt.INetworkDefinition, called: set[str]) -> None:
        self._network, self._called = network, called

    def __getattr__(self, name: str) -> Any:
        if name.startswith("add_"):
            self._called.add(name)
        return getattr(self._network, name)


REFUSED = {
    "elementwise": (
        lambda n: n.add_elementwise(
            add_input(n, 2, 3), add_input(n, 2, 4), trt.ElementWiseOperation.SUM
        ),
        r"\[2, 3\].*\[2, 4\]",
    ),
    "attention": (
        lambda n: n.add_attention(
            add_input(n, 1, 2, 3, 4),
            add_input(n, 1, 2, 3, 5),
            add_input(n, 1, 2, 3, 5),
            trt.AttentionNormalizationOp.SOFTMAX,
            False,
        ),
        "input 1 'key': expected batch and size of the query's shape",
    ),
    "kv cache update": (
        lambda n: n.add_kv_cache_update(
            add_input(n, 1, 2, 8, 4),
            add_input(n, 1, 3, 1, 4),
            add_integers(n, 1),
            trt.KVCacheMode.LINEAR,
        ),
        "input 1 'update': expected shape",
    ),
    "dynamic quantize": (
        lambda n: n.add_dynamic_quantize(add_input(n, 4, 20), 1, 16, trt.fp4, trt.fp8),
        "expected divisors of the extents",
    ),
    "nms": (
        lambda n: n.add_nms(add_input(n, 1, 9, 4), add_input(n, 1, 2, 9), add_integers(n)),
        r"'scores': expected shape \[batch, boxes, classes\]",
    ),
    "convolution": (
        lambda n: n.add_convolution_nd(add_image(n), 2, (3, 3), np.ones(35, np.float32)),
        "kernel: expected a multiple of 18 elements, got 35",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_layer_that_cannot_be_says_why(name):
    add, sentence = REFUSED[name]
    network = new_network()[1]
    with pytest.raises(trt.UserError, match=sentence):
        layer = add(network)
        layer.get_output(0).shape  # noqa: B018


def test_the_aliases_of_old_enumerations_are_there():
    assert trt.ResizeMode is trt.InterpolationMode
    assert trt.SliceMode is trt.SampleMode


def test_a_network_knows_its_builder():
    builder, network = new_network()
    assert network.builder is builder


def test_outputs_for_shapes_are_lists_of_integers():
    log = ListLogger()
    _, network = new_network(log)
    x = add_input(network, 2, 3)
    shape = network.add_shape(x).get_output(0)
    assert network.mark_output_for_shapes(shape)
    assert not network.mark_output_for_shapes(shape)
    assert "expected a tensor that is no output" in log.text
    assert network.unmark_output_for_shapes(shape)
    assert not network.unmark_output_for_shapes(shape)
    assert not network.mark_output_for_shapes(network.add_identity(x).get_output(0))
    assert "expected a list of INT32 or INT64" in log.text


def test_tensors_of_layers_are_not_removed_but_warned_of():
    log = ListLogger()
    _, network = new_network(log)
    x = add_input(network, 2, 3)
    network.add_identity(x)
    network.remove_tensor(x)
    assert network.num_inputs == 1
    assert "remove_tensor" in log.text
    spare = add_input(network, 2)
    network.remove_tensor(spare)
    assert network.num_inputs == 1
