"""Operators of ai.onnx.ml on numbers: random variants against ONNX Runtime, or onnx's reference
evaluator where that says otherwise."""

from collections.abc import Callable

import numpy as np
import one_node
import pytest
from conftest import onnxruntime_outputs
from one_node import OneNode
from onnx import TensorProto

TRANSFORMS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO")


class Draw(one_node.Draw):
    def floats(self, *shape: int) -> np.ndarray:
        return self.rng.normal(size=shape).astype(np.float32)

    def numbers(self, count: int) -> list[float]:
        return [float(f) for f in self.floats(count)]


def scaler(d: Draw) -> OneNode:
    x = d.pick((d.floats(3, 4), d.rng.integers(-9, 9, (3, 4))))
    count = d.pick((1, 4))
    attributes = {"offset": d.numbers(count), "scale": d.numbers(count)}
    return node("Scaler", [x], attributes)


def imputer(d: Draw) -> OneNode:
    x = d.floats(5, 3).round()
    replaced = d.pick((float("nan"), 0.0, 1.0))
    x[d.rng.random(x.shape) < 0.3] = replaced
    values = d.numbers(d.pick((1, 3)))
    return node("Imputer", [x], {"imputed_value_floats": values, "replaced_value_float": replaced})


def normalizer(d: Draw) -> OneNode:
    x = d.floats(4, 3)
    x[1] = 0
    return node("Normalizer", [x], {"norm": d.pick(("L1", "L2"))})


def binarizer(d: Draw) -> OneNode:
    return node("Binarizer", [d.floats(4, 3)], {"threshold": d.pick((0.0, 0.5))})


def one_hot(d: Draw) -> OneNode:
    x = d.rng.integers(0, 6, d.pick(((4,), (3, 2))))
    x = d.pick((x, x.astype(np.float32)))
    return node("OneHotEncoder", [x], {"cats_int64s": [5, 0, 3], "zeros": 1})


def extractor(d: Draw) -> OneNode:
    x = d.floats(*d.pick(((3, 5), (5,), (2, 3, 5))))
    indices = d.rng.integers(0, 5, d.pick(((3,), (1, 3))))
    return node("ArrayFeatureExtractor", [x, indices])


def label_encoder(d: Draw) -> OneNode:
    keys = d.pick(("ints", "floats"))
    values = d.pick(("ints", "floats"))
    attributes = {
        "keys_" + ("int64s" if keys == "ints" else "floats"): [3, 1, 4, 7],
        "values_" + ("int64s" if values == "ints" else "floats"): [30, 10, 40, 70],
        "default_" + ("int64" if values == "ints" else "float"): -5,
    }
    if keys == "floats":
        attributes["keys_floats"] = [3.0, 1.0, float("nan"), 0.5]
    if values == "floats":
        attributes["values_floats"] = [0.3, 0.1, 0.4, 0.7]
        attributes["default_float"] = -0.5
    x = d.rng.integers(0, 9, (3, 4))
    if keys == "floats":
        x = x.astype(np.float32)
        x[0, 0] = np.nan
    types = [TensorProto.INT64 if values == "ints" else TensorProto.FLOAT]
    return node("LabelEncoder", [x], attributes, types)


def linear_regressor(d: Draw) -> OneNode:
    targets = d.pick((1, 3))
    attributes = {"coefficients": d.numbers(4 * targets), "targets": targets}
    if d.pick((True, False)):
        attributes["intercepts"] = d.numbers(targets)
    return node("LinearRegressor", [d.floats(5, 4)], attributes)


def classifier(d: Draw, op: str, x: np.ndarray, attributes: dict) -> OneNode:
    attributes["post_transform"] = d.pick(TRANSFORMS)
    return node(op, [x], attributes, [TensorProto.INT64, TensorProto.FLOAT])


def linear_classifier(d: Draw) -> OneNode:
    targets = d.pick((1, 2, 4))
    labels = [5, 7] if targets < 3 else [2, 9, 4, 1]
    attributes = {
        "coefficients": d.numbers(4 * targets),
        "intercepts": d.numbers(targets),
        "classlabels_ints": labels,
    }
    return classifier(d, "LinearClassifier", d.floats(6, 4), attributes)


def trees(d: Draw, role: str, classes: list[int], sign: str) -> dict:
    """Trees of depth 2; each leaf gives to one or to all of the classes."""
    lists: dict[str, list] = {}

    def put(**items: object) -> None:
        for name, value in items.items():
            lists.setdefault(name, []).append(value)

    for tree in range(d.pick((1, 4))):
        for at in range(7):
            is_leaf = at >= 3
            mode = d.pick(("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"))
            put(
                nodes_treeids=tree,
                nodes_nodeids=at,
                nodes_featureids=0 if is_leaf else int(d.rng.integers(3)),
                nodes_modes="LEAF" if is_leaf else mode,
                nodes_values=0.0 if is_leaf else float(d.pick((-0.5, 0.0, 0.5))),
                nodes_truenodeids=0 if is_leaf else 2 * at + 1,
                nodes_falsenodeids=0 if is_leaf else 2 * at + 2,
                nodes_missing_value_tracks_true=int(d.rng.integers(2)),
            )
            for target in classes if is_leaf else []:
                weight = float(d.floats(1)[0])
                put(
                    **{
                        f"{role}_treeids": tree,
                        f"{role}_nodeids": at,
                        f"{role}_ids": target,
                        f"{role}_weights": abs(weight) / 4 if sign == "positive" else weight,
                    }
                )
    return lists


def rows(d: Draw) -> np.ndarray:
    x = (d.floats(8, 3) * 2).round() / 2  # some on the thresholds
    x[0, 1] = np.nan
    return x


def tree_regressor(d: Draw) -> OneNode:
    targets = d.pick((1, 3))
    attributes = trees(d, "target", list(range(targets)), "any")
    attributes |= {
        "n_targets": targets,
        "aggregate_function": d.pick(("SUM", "AVERAGE", "MIN", "MAX")),
    }
    if d.pick((True, False)):
        attributes["base_values"] = d.numbers(targets)
    return node("TreeEnsembleRegressor", [rows(d)], attributes)


def tree_classifier(d: Draw) -> OneNode:
    labels = d.pick(([5, 7], [4, 2, 9]))
    if len(labels) == 2:
        attributes = trees(d, "class", [0], d.pick(("positive", "any")))
        if d.pick((True, False)):
            attributes["base_values"] = d.numbers(1)
    else:
        attributes = trees(d, "class", d.pick(([0, 1, 2], [0, 2])), "any")
        if d.pick((True, False)):
            attributes["base_values"] = d.numbers(3)
    attributes["classlabels_int64s"] = labels
    return classifier(d, "TreeEnsembleClassifier", rows(d), attributes)


def node(op: str, inputs: list[np.ndarray], attributes: dict | None = None, types=None) -> OneNode:
    types = types or [TensorProto.FLOAT]
    return OneNode(
        op,
        inputs,
        attributes,
        opset=17,
        outputs=len(types),
        dynamic=[0],
        dynamic_axes=[0] if inputs[0].ndim > 1 else [],
        output_types=types,
        domain="ai.onnx.ml",
    )


OPERATORS: dict[str, Callable[[Draw], OneNode]] = {
    f.__name__: f
    for f in (
        scaler,
        imputer,
        normalizer,
        binarizer,
        one_hot,
        extractor,
        label_encoder,
        linear_regressor,
        linear_classifier,
        tree_regressor,
        tree_classifier,
    )
}


def check(got: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for array, want in zip(got, expected, strict=True):
        assert array.shape == want.shape
        assert array.dtype == want.dtype
        np.testing.assert_allclose(array, want, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(12))
def test_a_variant_gives_what_onnx_runtime_gives(op: str, seed: int):
    drawn = OPERATORS[op](Draw(seed))
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    check(drawn.run(level=seed % 4), list(expected.values()))


def test_the_largest_norm_is_one_of_sizes():
    x = np.array([[1, -4, 2], [0, 0, 0]], np.float32)
    drawn = node("Normalizer", [x], {"norm": "MAX"})
    check(drawn.run(), drawn.expected())


def test_features_are_cut_and_filled_up():
    d = Draw(0)
    drawn = node("FeatureVectorizer", [d.floats(3, 4), d.floats(3, 2)], {"inputdimensions": [3, 4]})
    expected = drawn.expected()
    check(drawn.run(), expected)
    assert expected[0].shape == (3, 7)


@pytest.mark.parametrize("labels", [2, 3])
def test_probits_are_those_of_the_reference(labels: int):
    # One column of each score is a probability, so that its quantile is one.
    x = np.array([[0.1], [0.5], [0.9]], np.float32)
    attributes = {
        "coefficients": [1.0, 0.5, 0.25][:labels],
        "intercepts": [0.0, 0.2, 0.4][:labels],
        "classlabels_ints": list(range(labels)),
        "post_transform": "PROBIT",
    }
    types = [TensorProto.INT64, TensorProto.FLOAT]
    drawn = node("LinearClassifier", [x], attributes, types)
    got, expected = drawn.run(), onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    np.testing.assert_array_equal(got[0], expected["y0"])
    np.testing.assert_allclose(got[1], expected["y1"], rtol=1e-4, atol=1e-4)
