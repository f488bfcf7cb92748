"""Losses of classifiers on random scores, against a transcript of the operators' text."""

import numpy as np
import pytest
from one_node import OneNode

SHAPES = [(3, 5), (1, 1), (4, 3, 2), (2, 7, 3, 4), (2, 3, 1, 2, 3)]
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12, np.float16: 4e-3}


def negative_log_likelihood(scores, targets, weights, ignore_index, reduction):
    weights = np.ones(scores.shape[1]) if weights is None else weights.astype(np.float64)
    ignored = targets == ignore_index
    classes = np.where(ignored, 0, targets)
    picked = np.take_along_axis(scores, np.expand_dims(classes, 1), 1).squeeze(1)
    weight = np.where(ignored, 0, weights[classes])
    with np.errstate(all="ignore"):
        loss = np.where(ignored, 0, -picked * weight)
        if reduction == "none":
            return loss
        return loss.sum() if reduction == "sum" else loss.sum() / weight.sum()


def log_softmax(scores):
    shifted = scores - scores.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("op", ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"])
def test_losses_are_those_of_the_text(op, level):
    random = np.random.default_rng(7)
    for shape in SHAPES:
        for reduction in ("mean", "sum", "none"):
            dtype = random.choice(list(TOLERANCE))
            targets_type = random.choice([np.int32, np.int64])
            scores = random.normal(size=shape).astype(dtype)
            targets = random.integers(0, shape[1], (shape[0], *shape[2:])).astype(targets_type)
            weights = random.random(shape[1]).astype(dtype) if random.random() < 0.5 else None
            ignore_index = random.choice([None, 0, -1, shape[1] + 3])
            attributes = {"reduction": reduction}
            if ignore_index is not None:
                targets[(0,) * targets.ndim] = ignore_index
                attributes["ignore_index"] = int(ignore_index)
            is_softmax = op == "SoftmaxCrossEntropyLoss"
            node = OneNode(
                op,
                [scores, targets] if weights is None else [scores, targets, weights],
                attributes,
                opset=int(random.choice([12, 13, 22])),
                outputs=2 if is_softmax else 1,
                dynamic=[0, 1] if random.random() < 0.5 else [],
            )
            wide = scores.astype(np.float64)
            log_prob = log_softmax(wide) if is_softmax else wide
            loss = negative_log_likelihood(log_prob, targets, weights, ignore_index, reduction)
            got = node.run(level)
            for array, expected in zip(got, [loss, log_prob], strict=False):
                assert array.dtype == dtype
                np.testing.assert_allclose(
                    array, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype]
                )


@pytest.mark.parametrize("level", [0, 3])
def test_ignored_scores_may_be_anything(level):
    scores = np.array([[np.nan, np.inf], [-1, -2], [np.nan, -3]], np.float32)
    targets = np.array([-1, 1, 0])
    attributes = {"ignore_index": -1, "reduction": "none"}
    node = OneNode("NegativeLogLikelihoodLoss", [scores, targets], attributes)
    np.testing.assert_array_equal(node.run(level)[0], np.float32([0, 2, np.nan]))


@pytest.mark.parametrize("level", [0, 3])
def test_a_mean_of_nothing_is_no_number(level):
    for op in ("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"):
        inputs = [np.ones((2, 3), np.float32), np.array([5, 5])]
        assert np.isnan(OneNode(op, inputs, {"ignore_index": 5}).run(level)[0])
        empty = [np.ones((0, 3), np.float32), np.ones(0, np.int64)]
        assert np.isnan(OneNode(op, empty).run(level)[0])


def test_the_mean_of_many_narrow_losses_does_not_overflow():
    scores = np.full((70000, 2), -3, np.float16)
    weights = np.full(2, 2, np.float16)
    inputs = [scores, np.zeros(70000, np.int64), weights]
    assert OneNode("NegativeLogLikelihoodLoss", inputs).run()[0] == 3
