"""ResNet-20 for CIFAR-10 (plain, option-A shortcuts) from its torch weights to ONNX, without torch.

The weights are a torch.save file of the format before zip archives: pickles, then raw storages.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

_DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}
_BLOCKS_PER_STAGE = 3


class _Tensor:
    """Where a tensor's elements lie in a storage."""

    def __init__(self, storage, offset, size, stride, *_):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name.startswith("_rebuild_tensor"):
            return _Tensor
        if name.endswith("Storage"):
            return name
        if module == "collections":
            return super().find_class(module, name)
        return lambda *args: args

    def persistent_load(self, saved_id):
        _, kind, key, _, count = saved_id[:5]
        return kind, key, count


def read_state_dict(path: Path) -> dict[str, np.ndarray]:
    """name -> array of a torch.save file of the legacy format."""
    with open(path, "rb") as file:
        for _ in range(3):
            pickle.load(file)
        state = _Unpickler(file).load()["state_dict"]
        keys = pickle.load(file)
        kinds = {t.storage[1]: t.storage[0] for t in state.values()}
        storages = {}
        for key in keys:
            count = int.from_bytes(file.read(8), "little")
            dtype = _DTYPES[kinds[key]]
            storages[key] = np.frombuffer(file.read(count * np.dtype(dtype).itemsize), dtype)
    return {
        name.removeprefix("module."): storages[t.storage[1]][t.offset :][
            : int(np.prod(t.size, dtype=np.int64))
        ].reshape(t.size)
        for name, t in state.items()
    }


class _Graph:
    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights, self.nodes, self.constants = weights, [], []

    def constant(self, name: str, array: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op: str, inputs: list[str], **attributes) -> str:
        output = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], output, **attributes))
        return output

    def conv_bn(self, x: str, conv: str, bn: str, stride: int = 1) -> str:
        kernel = self.constant(f"{conv}.weight", self.weights[f"{conv}.weight"])
        x = self.add("Conv", [x, kernel], strides=[stride] * 2, pads=[1] * 4, kernel_shape=[3, 3])
        names = [f"{bn}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        return self.add(
            "BatchNormalization", [x, *(self.constant(n, self.weights[n]) for n in names)]
        )

    def shortcut(self, x: str, block: str, width: int) -> str:
        """Every second pixel, with zeros for the new channels on both sides."""
        ints = {"starts": [0, 0], "ends": [32, 32], "axes": [2, 3], "steps": [2, 2]}
        args = [self.constant(f"{block}.{k}", np.array(v, np.int64)) for k, v in ints.items()]
        x = self.add("Slice", [x, *args])
        pads = np.array([0, width // 4, 0, 0, 0, width // 4, 0, 0], np.int64)
        return self.add("Pad", [x, self.constant(f"{block}.pads", pads)])


def export_resnet20(path: Path) -> bytes:
    """An ONNX model: image [batch, 3, 32, 32] -> scores [batch, 10]."""
    graph = _Graph(read_state_dict(path))
    x = graph.add("Relu", [graph.conv_bn("image", "conv1", "bn1")])
    for stage, width in enumerate((16, 32, 64), start=1):
        for index in range(_BLOCKS_PER_STAGE):
            block = f"layer{stage}.{index}"
            shrinks = stage > 1 and index == 0
            first = graph.conv_bn(x, f"{block}.conv1", f"{block}.bn1", 2 if shrinks else 1)
            second = graph.conv_bn(graph.add("Relu", [first]), f"{block}.conv2", f"{block}.bn2")
            side = graph.shortcut(x, block, width) if shrinks else x
            x = graph.add("Relu", [graph.add("Add", [second, side])])
    pooled = graph.add("Flatten", [graph.add("GlobalAveragePool", [x])])
    weight = graph.constant("linear.weight", graph.weights["linear.weight"])
    bias = graph.constant("linear.bias", graph.weights["linear.bias"])
    scores = graph.add("Gemm", [pooled, weight, bias], transB=1)
    graph.nodes.append(helper.make_node("Identity", [scores], ["scores"]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "resnet20",
            [helper.make_tensor_value_info("image", 1, ["batch", 3, 32, 32])],
            [helper.make_tensor_value_info("scores", 1, ["batch", 10])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.checker.check_model(model)
    return model.SerializeToString()
