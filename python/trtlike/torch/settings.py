"""What a compilation is told, under torch_tensorrt's names."""

import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch

logger = logging.getLogger("trtlike.torch")

_PRECISIONS = (torch.float32, torch.float16, torch.bfloat16)
# Settings of torch_tensorrt that mean something on a GPU only, or where trtlike needs no telling.
_WITHOUT_EFFECT = frozenset(
    (
        "assume_dynamic_shape_support",
        "debug",
        "device",
        "disable_tf32",
        "dla_global_dram_size",
        "dla_local_dram_size",
        "dla_sram_size",
        "enable_experimental_decompositions",
        "hardware_compatible",
        "immutable_weights",
        "num_avg_timing_iters",
        "offload_module_to_cpu",
        "pass_through_build_failures",
        "sparse_weights",
        "tiling_optimization_level",
        "truncate_double",
        "use_explicit_typing",
        "use_fast_partitioner",
        "use_python_runtime",
        "version_compatible",
    )
)


@dataclass(frozen=True)
class Settings:
    """How graphs are cut and engines are built.

    `enabled_precisions` names the types that layers may compute in, FP32 always among them;
    `torch_executed_ops` the operators that stay in PyTorch, as `torch.ops.aten.add.Tensor`,
    "torch.ops.aten.add" or "aten.add.Tensor"; `dryrun` only shows the cut and runs in PyTorch.
    """

    enabled_precisions: frozenset[torch.dtype] = frozenset((torch.float32,))
    min_block_size: int = 5
    torch_executed_ops: frozenset[str] = frozenset()
    workspace_size: int = 0
    optimization_level: int = 3
    timing_cache_path: str = ""
    require_full_compilation: bool = False
    cache_built_engines: bool = False
    reuse_cached_engines: bool = False
    engine_cache_dir: str = ""
    dryrun: bool = False


def operator_name(operator: Any) -> str:
    """The name without `torch.ops.`, by which settings and reports know an operator.

    >>> operator_name(torch.ops.aten.add.Tensor), operator_name("torch.ops.aten.add")
    ('aten.add.Tensor', 'aten.add')
    """
    if isinstance(operator, str):
        return operator.removeprefix("torch.ops.").replace("::", ".")
    name = str(operator) if hasattr(operator, "_schema") or hasattr(operator, "overloads") else ""
    return name or getattr(operator, "__name__", str(operator))


def is_named(operator: Any, names: Collection[str]) -> bool:
    """Whether the names have the operator, with or without its overload."""
    name = operator_name(operator)
    return name in names or name.rpartition(".")[0] in names


def _read_precisions(given: Collection[Any] | Any) -> frozenset[torch.dtype]:
    members = given if isinstance(given, Collection) else (given,)
    wrong = [member for member in members if member not in _PRECISIONS]
    if wrong:
        raise ValueError(
            "[torch] enabled_precisions: expected types among "
            f"{', '.join(map(str, _PRECISIONS))}, got {wrong[0]}."
        )
    return frozenset((torch.float32, *members))


_READERS: dict[str, Callable[[Any], Any]] = {
    "enabled_precisions": _read_precisions,
    "torch_executed_ops": lambda given: frozenset(map(operator_name, given)),
    "optimization_level": lambda given: 3 if given is None else int(given),
}


def read_settings(options: Mapping[str, Any]) -> Settings:
    """The settings that the options name.

    Raises:
        ValueError: there is no such setting, or none of such a value.
    """
    known = {field.name: type(field.default) for field in dataclasses.fields(Settings)}
    values: dict[str, Any] = {}
    for name, given in options.items():
        if name in _WITHOUT_EFFECT:
            logger.info("option '%s' has no effect on a CPU", name)
            continue
        if name not in known:
            raise ValueError(
                f"[torch] options: expected names among {', '.join(known)}, got '{name}'."
            )
        try:
            values[name] = _READERS.get(name, known[name])(given)
        except TypeError as error:
            raise ValueError(
                f"[torch] {name}: expected a value of {known[name].__name__}, got {given!r}."
            ) from error
    if values.get("min_block_size", 1) < 1:
        raise ValueError(
            f"[torch] min_block_size: expected at least 1, got {values['min_block_size']}."
        )
    return Settings(**values)
