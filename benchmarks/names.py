"""Names that all modules share: models and engines."""

from dataclasses import dataclass

MODEL_NAMES = (
    "resnet50",
    "resnet18",
    "vgg16",
    "mobilenet_v2",
    "efficientnet_b0",
    "unet",
    "yolov8n_like",
    "bert_base_128",
    "vit_b16",
    "minilm_32",
    "bilstm",
    "mlp",
)


@dataclass(frozen=True)
class Engine:
    """One column of the table."""

    name: str
    title: str
    precision: str
    package: str
    is_ours: bool = False


ENGINES = (
    Engine("onnxruntime", "ONNX Runtime", "fp32", "onnxruntime"),
    Engine("openvino", "OpenVINO FP32", "fp32", "openvino"),
    Engine("openvino_default", "OpenVINO default", "bf16", "openvino"),
    Engine("ncnn", "ncnn", "fp32", "ncnn"),
    Engine("torch", "PyTorch", "fp32", "torch"),
    Engine("inductor", "inductor", "fp32", "torch"),
    Engine("trtlike", "trtlike FP32", "fp32", "trtlike", is_ours=True),
    Engine("trtlike_bf16", "trtlike BF16", "bf16", "trtlike", is_ours=True),
    Engine("trtlike_fp16", "trtlike FP16", "fp16", "trtlike", is_ours=True),
)
BY_NAME = {engine.name: engine for engine in ENGINES}
# No peer computes on halves here: FP16 is storage, and is compared with what computes in FP32.
PEERS_OF = {"fp32": "fp32", "bf16": "bf16", "fp16": "fp32"}


def parse_engines(text: str) -> list[Engine]:
    """ "a,b" as engines. Raises ValueError that lists those there are."""
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in BY_NAME:
            raise ValueError(f"engine '{name}': expected one of {', '.join(BY_NAME)}")
    if not names:
        raise ValueError(f"engines: expected at least one of {', '.join(BY_NAME)}, got none")
    return [BY_NAME[name] for name in dict.fromkeys(names)]
