"""scikit-learn pipelines on numbers, exported by skl2onnx, against ONNX Runtime."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from conftest import build_plan, load, onnxruntime_outputs

skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx and scikit-learn are not installed")
pytest.importorskip("sklearn", reason="skl2onnx and scikit-learn are not installed")

from skl2onnx.common.data_types import FloatTensorType  # noqa: E402
from sklearn.base import is_classifier, is_regressor  # noqa: E402
from sklearn.cluster import KMeans  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.ensemble import (  # noqa: E402
    AdaBoostRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_selection import SelectKBest  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import (  # noqa: E402
    LinearRegression,
    LogisticRegression,
    Ridge,
    SGDClassifier,
)
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import (  # noqa: E402
    Binarizer,
    KBinsDiscretizer,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC, NuSVR, OneClassSVM  # noqa: E402
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # noqa: E402

PIPELINES: dict[str, Callable] = {
    "logistic regression": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
    "linear regression": lambda: make_pipeline(MinMaxScaler(), LinearRegression()),
    "ridge behind products": lambda: make_pipeline(PolynomialFeatures(2), Ridge()),
    "gradient descent": lambda: make_pipeline(RobustScaler(), SGDClassifier(loss="log_loss")),
    "imputed forest": lambda: make_pipeline(
        SimpleImputer(), RandomForestClassifier(n_estimators=7, random_state=1)
    ),
    "forest regressor": lambda: RandomForestRegressor(n_estimators=7, random_state=1),
    "extra trees": lambda: ExtraTreesRegressor(n_estimators=5, random_state=1),
    "tree": lambda: DecisionTreeClassifier(max_depth=4),
    "tree regressor": lambda: DecisionTreeRegressor(max_depth=5),
    "boosting": lambda: GradientBoostingClassifier(n_estimators=6),
    "boosting regressor": lambda: GradientBoostingRegressor(n_estimators=6),
    "adaptive boosting": lambda: AdaBoostRegressor(n_estimators=4, random_state=1),
    "support vectors": lambda: make_pipeline(StandardScaler(), SVC(probability=True)),
    "support vectors without probabilities": lambda: SVC(kernel="poly", degree=2),
    "linear support vectors": lambda: SVC(kernel="linear", probability=True),
    "support vectors on a line": lambda: LinearSVC(),
    "support vector regressor": lambda: make_pipeline(StandardScaler(), SVR()),
    "nu regressor": lambda: NuSVR(kernel="sigmoid"),
    "one class": lambda: OneClassSVM(),
    "components": lambda: make_pipeline(PCA(2), LogisticRegression()),
    "means": lambda: KMeans(3, n_init=1, random_state=1),
    "bayes": lambda: GaussianNB(),
    "network": lambda: MLPClassifier(hidden_layer_sizes=(5,), max_iter=50, random_state=1),
    "network regressor": lambda: MLPRegressor(hidden_layer_sizes=(5,), max_iter=50, random_state=1),
    "normalized": lambda: make_pipeline(Normalizer("l1"), LogisticRegression()),
    "binary features": lambda: make_pipeline(Binarizer(threshold=0.3), LogisticRegression()),
    "best features": lambda: make_pipeline(SelectKBest(k=2), LinearRegression()),
    "bins": lambda: make_pipeline(
        KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf"), Ridge()
    ),
}


def data(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of four features, classes that follow from them, and a number that does."""
    rng = np.random.default_rng(classes)
    x = rng.normal(size=(120, 4)).astype(np.float32)
    score = x @ rng.normal(size=4) + 0.3 * x[:, 0] * x[:, 1]
    y = np.digitize(score, np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]))
    return x, y.astype(np.int64), score.astype(np.float32)


def export(model: object, x: np.ndarray) -> onnx.ModelProto:
    return skl2onnx.to_onnx(
        model,
        initial_types=[("x", FloatTensorType([None, x.shape[1]]))],
        options={"zipmap": False}
        if is_classifier(model) and not isinstance(model, LinearSVC)
        else None,
        target_opset={"": 17, "ai.onnx.ml": 3},
    )


def check(model: onnx.ModelProto, x: np.ndarray, expected: dict[str, np.ndarray]) -> None:
    shape = {"x": ((1, x.shape[1]), x.shape, x.shape)}
    for level in (0, 3):
        plan = build_plan(model.SerializeToString(), [shape], level=level)
        context = load(plan).create_execution_context()
        for rows in (x, x[:1]):
            got = context.infer({"x": rows})
            for name, want in expected.items():
                array = got[name][: len(rows)]
                assert array.dtype == want.dtype, name
                np.testing.assert_allclose(
                    array, want[: len(rows)], rtol=1e-4, atol=1e-4, err_msg=name
                )


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_gives_what_onnx_runtime_gives(name: str, classes: int):
    x, y, number = data(classes)
    model = PIPELINES[name]()
    model.fit(x, number if is_regressor(model) else y)
    exported = export(model, x)
    check(exported, x, onnxruntime_outputs(exported.SerializeToString(), {"x": x}))


def test_maps_from_labels_become_columns():
    x, y, _ = data(3)
    model = LogisticRegression().fit(x, y)
    exported = skl2onnx.to_onnx(model, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    assert any(node.op_type == "ZipMap" for node in exported.graph.node)
    expected = model.predict_proba(x).astype(np.float32)
    name = exported.graph.input[0].name
    plan = build_plan(exported.SerializeToString(), [{name: (x.shape, x.shape, x.shape)}], level=0)
    got = load(plan).create_execution_context().infer({name: x})
    np.testing.assert_allclose(got["output_probability"], expected, rtol=1e-4, atol=1e-5)
