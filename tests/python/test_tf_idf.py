"""TfIdfVectorizer on numbers against ONNX Runtime, and what operators say that are not imported."""

import numpy as np
import onnx
import pytest
from conftest import ListLogger, onnxruntime_outputs
from one_node import OneNode

import trtlike as trt


def pool_of(rng, lengths):
    """Numbers of all n-grams, and where those of each length start; no n-gram twice."""
    numbers, starts = [], []
    for length in range(1, lengths + 1):
        starts.append(len(numbers))
        grams = {tuple(map(int, rng.integers(0, 4, length))) for _ in range(5)}
        numbers += [number for gram in sorted(grams) for number in gram]
    return numbers, starts


@pytest.mark.parametrize("seed", range(40))
def test_counts_are_those_of_onnxruntime(seed):
    rng = np.random.default_rng(seed)
    lengths = int(rng.integers(1, 4))
    pool, starts = pool_of(rng, lengths)
    ends = [*starts[1:], len(pool)]
    grams = sum((b - a) // (i + 1) for i, (a, b) in enumerate(zip(starts, ends, strict=True)))
    attributes = {
        "mode": ("TF", "IDF", "TFIDF")[seed % 3],
        "pool_int64s": pool,
        "ngram_counts": starts,
        "ngram_indexes": [int(i) for i in rng.permutation(grams)],
        "min_gram_length": int(rng.integers(1, lengths + 1)),
        "max_gram_length": lengths,
        "max_skip_count": int(rng.integers(0, 3)),
    }
    if rng.integers(2):
        attributes["weights"] = rng.uniform(0.5, 2, grams).tolist()
    shape = (int(rng.integers(1, 9)),) if rng.integers(2) else (2, int(rng.integers(1, 9)))
    x = rng.integers(0, 4, shape).astype((np.int32, np.int64)[seed % 2])
    node = OneNode("TfIdfVectorizer", [x], attributes, 9, output_types=[onnx.TensorProto.FLOAT])
    expected = onnxruntime_outputs(node.model.SerializeToString(), node.feeds)
    np.testing.assert_allclose(node.run(0)[0], expected["y0"], rtol=1e-6)


def test_operators_that_are_not_imported_say_why():
    """Of all domains that onnx knows; what is new to it shows here."""
    without_reason = []
    for schema in onnx.defs.get_all_schemas():
        node = onnx.helper.make_node(schema.name, ["x"], ["y"], domain=schema.domain)
        graph = onnx.helper.make_graph([node], "one", [], [])
        opset = onnx.helper.make_opsetid(schema.domain, schema.since_version)
        model = onnx.helper.make_model(graph, opset_imports=[opset])
        parser = trt.OnnxParser(trt.Builder(ListLogger()).create_network(), ListLogger())
        parser.parse(model.SerializeToString())
        for i in range(parser.num_errors):
            sentence = parser.get_error(i).desc()
            if "expected an operator that can be imported" in sentence:
                without_reason += (
                    [schema.name] if sentence.endswith(f"{schema.since_version}.") else []
                )
    assert without_reason == []
