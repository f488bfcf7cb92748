"""Real trained models against ONNX Runtime, and against their labels where there are any."""

import gzip

import numpy as np
import pytest
from conftest import assert_matches_onnxruntime, asset, build_plan, load
from PIL import Image, ImageDraw, ImageFont

import trtlike as trt

RANDOM = np.random.default_rng(0)
ALLOWED_LOSS = 0.003
RESNET20_FP32 = 0.8057
precisions = pytest.mark.parametrize(
    "flags",
    [(), (trt.BuilderFlag.BF16,), (trt.BuilderFlag.FP16,)],
    ids=["fp32", "bf16", "fp16"],
)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def photo(name: str, width: int, height: int) -> np.ndarray:
    """An RGB photograph as float32 [1, 3, height, width] in 0..255."""
    image = Image.open(asset("data", "photos", name)).convert("RGB").resize((width, height))
    return np.ascontiguousarray(np.asarray(image, np.float32).transpose(2, 0, 1)[None])


def letterboxed(name: str, side: int) -> np.ndarray:
    """A photograph as BGR in the upper left of a grey square, its aspect ratio kept."""
    image = Image.open(asset("data", "photos", name)).convert("RGB")
    ratio = side / max(image.size)
    size = (int(image.size[0] * ratio), int(image.size[1] * ratio))
    square = np.full((side, side, 3), 114, np.float32)
    square[: size[1], : size[0]] = np.asarray(image.resize(size, Image.BILINEAR))[:, :, ::-1]
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None])


def read_idx(name: str) -> np.ndarray:
    raw = gzip.decompress(asset("data", "mnist", name).read_bytes())
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(dims)).reshape(dims)


@precisions
def test_mnist_reaches_its_accuracy_on_all_test_digits(flags):
    model = asset("models", "mnist-8.onnx")
    files = sorted(path.name for path in asset("data", "mnist").iterdir())
    images = read_idx(next(n for n in files if "images" in n)).astype(np.float32)
    labels = read_idx(next(n for n in files if "labels" in n))
    engine = load(build_plan(model, flags=flags))
    context = engine.create_execution_context()
    name = engine.get_tensor_name(0)
    hits = 0
    for image, label in zip(images, labels, strict=True):
        (scores,) = context.infer({name: image.reshape(1, 1, 28, 28)}).values()
        hits += int(scores.argmax() == label)
    if flags:
        assert hits / len(labels) >= 0.989 - ALLOWED_LOSS
        return
    assert round(hits / len(labels), 3) >= 0.989
    assert_matches_onnxruntime(engine, model, {name: images[:1].reshape(1, 1, 28, 28)})


def test_squeezenet_in_half_precision_matches():
    model = asset("models", "squeezenet_fp16.onnx")
    engine = load(build_plan(model))
    image = photo("chelsea.png", 224, 224)[:, ::-1] - np.array([104, 117, 123]).reshape(1, 3, 1, 1)
    feeds = {engine.get_tensor_name(0): np.ascontiguousarray(image, np.float16)}
    assert_matches_onnxruntime(engine, model, feeds, tolerance=5e-3)


def test_yolox_finds_the_cat():
    """The network amplifies roundings to nearly the tolerance, in ONNX Runtime too, so the numbers
    are those of kernels that no timing chooses."""
    model = asset("models", "yolox_nano.onnx")
    feeds = {"images": letterboxed("chelsea.png", 416)}
    # Without fused products sums are rounded twice as often.
    tolerance = 2e-4 if trt.cpu_fingerprint().endswith("portable") else 1e-4
    assert_matches_onnxruntime(load(build_plan(model, level=0)), model, feeds, tolerance)
    engine = load(build_plan(model))
    (raw,) = engine.create_execution_context().infer(feeds).values()
    scores = raw[0, :, 4:5] * raw[0, :, 5:]
    best = np.unravel_index(scores.argmax(), scores.shape)
    cat = 15
    assert best[1] == cat
    assert abs(scores[best] - 0.62) < 0.01


@pytest.mark.parametrize("variant", ["ultraface_rfb320", "ultraface_rfb320_sim"])
def test_ultraface_finds_the_face(variant):
    model = asset("models", f"{variant}.onnx")
    engine = load(build_plan(model))
    feeds = {engine.get_tensor_name(0): (photo("astro.png", 320, 240) - 127) / 128}
    assert_matches_onnxruntime(engine, model, feeds)
    outputs = engine.create_execution_context().infer(feeds)
    scores = next(a for a in outputs.values() if a.shape[-1] == 2)
    assert scores[0, :, 1].max() > 0.9999


def test_yunet_matches_at_every_shape_of_its_profile():
    model = asset("models", "yunet_n_dynamic.onnx")
    low, opt, high = (1, 3, 32, 32), (1, 3, 160, 160), (2, 3, 320, 256)
    engine = load(build_plan(model, [{"input": (low, opt, high)}]))
    for shape in (low, opt, high, (1, 3, 96, 224), (2, 3, 64, 32)):
        image = np.repeat(photo("astro.png", shape[3], shape[2]), shape[0], 0)
        # ONNX Runtime's sigmoid is 0.5 + p/q: exact to a rounding of 0.5, whatever its result.
        assert_matches_onnxruntime(engine, model, {"input": image}, absolute=2.0**-23)


def test_deeplab_matches():
    model = asset("models", "deeplab_dm05_513.onnx")
    engine = load(build_plan(model))
    name = engine.get_tensor_name(0)
    shape = tuple(engine.get_tensor_shape(name))
    assert_matches_onnxruntime(engine, model, {name: normal(*shape)})


def page(width: int, height: int) -> np.ndarray:
    """A white page with a word on it, as the detector wants it."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((6, height // 3), "HELLO", "black", ImageFont.load_default(18))
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    pixels = (np.asarray(image) / 255 - mean) / std
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)


def test_ppocr_finds_the_word_at_three_shapes():
    model = asset("models", "ppocr_v1.1_det.onnx")
    shapes = [(1, 3, 64, 96), (1, 3, 160, 224), (1, 3, 320, 256)]
    engine = load(build_plan(model, [{"image": (shapes[0], shapes[1], (1, 3, 320, 320))}]))
    for shape in shapes:
        feeds = {"image": page(shape[3], shape[2])}
        # The last layer is a sigmoid: see the remark on ONNX Runtime's above.
        assert_matches_onnxruntime(engine, model, feeds, absolute=2.0**-23)
        (scores,) = engine.create_execution_context().infer(feeds).values()
        assert scores.max() > 0.5


@precisions
def test_magika_names_every_file_type(flags):
    model = asset("models", "magika_v3_3.onnx")
    features = np.fromfile(asset("data", "magika", "features_2048.i32"), np.int32).reshape(-1, 2048)
    labels = np.fromfile(asset("data", "magika", "labels.i32"), np.int32)
    profile = {"bytes": ((1, 2048), (1, 2048), (len(labels), 2048))}
    engine = load(build_plan(model, [profile], flags))
    context = engine.create_execution_context()
    (scores,) = context.infer({"bytes": features}).values()
    assert (scores.argmax(1) == labels).all()
    if flags:
        return
    (one,) = context.infer({"bytes": features[:1]}).values()
    np.testing.assert_allclose(one, scores[:1], atol=1e-5)
    assert_matches_onnxruntime(engine, model, {"bytes": features[:3]})


@precisions
def test_resnet20_reaches_its_accuracy(flags):
    from resnet20 import export_resnet20

    model = export_resnet20(asset("models", "resnet20-cifar10.th"))
    data = np.load(asset("data", "cifar10", "test3000.npz"))
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    images = ((data["x"] / 255 - mean) / std).astype(np.float32).transpose(0, 3, 1, 2)
    batch = 100
    engine = load(
        build_plan(
            model, [{"image": ((1, 3, 32, 32), (batch, 3, 32, 32), (batch, 3, 32, 32))}], flags
        )
    )
    context = engine.create_execution_context()
    hits = 0
    for i in range(0, len(images), batch):
        scores = context.infer({"image": images[i : i + batch]})["scores"]
        hits += int((scores.argmax(1) == data["y"][i : i + batch].reshape(-1)).sum())
    accuracy = hits / len(images)
    if flags:
        assert accuracy >= RESNET20_FP32 - ALLOWED_LOSS
        return
    assert abs(accuracy - 0.81) < 0.02, accuracy
    assert_matches_onnxruntime(engine, model, {"image": np.ascontiguousarray(images[:4])})
