"""Makes the names of TensorRT's and CUDA's Python packages mean trtlike, in this process."""

import ctypes
import ctypes.util
import functools
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import trtlike

_TENSORRT = ("tensorrt", "tensorrt_lean", "tensorrt_dispatch", "tensorrt_bindings")
_PACKAGES = {
    **dict.fromkeys(_TENSORRT, "trtlike"),
    "cuda": "trtlike.cuda",
    "pycuda": "trtlike.cuda.pycuda",
    "cupy": "trtlike.cuda.cupy",
}
_CUDART = re.compile(r"libcudart\.so(\.\d+)*")


class _TensorRT(ModuleType):
    """trtlike under TensorRT's name, and with the version of TensorRT that it follows."""

    def __init__(self, name: str):
        super().__init__(name, trtlike.__doc__)
        self.__version__ = trtlike.tensorrt_version
        self.__file__, self.__path__ = trtlike.__file__, trtlike.__path__
        self.tensorrt = self

    def __getattr__(self, name: str) -> Any:
        return getattr(trtlike, name)

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *dir(trtlike)})


class _Distribution(importlib.metadata.Distribution):
    """What importlib.metadata says of TensorRT."""

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return f"Metadata-Version: 2.1\nName: tensorrt\nVersion: {trtlike.tensorrt_version}\n"

    def locate_file(self, path: Any) -> Path:
        return Path(trtlike.__path__[0]).parent / str(path)


class _Loader:
    """Gives a module that exists under another name."""

    def __init__(self, target: str):
        self.target = target

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        if self.target == "trtlike":
            return _TensorRT(spec.name)
        module = importlib.import_module(self.target)
        self.own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        if self.target != "trtlike":
            module.__spec__ = self.own_spec


class _Finder(importlib.metadata.DistributionFinder):
    """Finds the names of `_PACKAGES` and what is below them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package not in _PACKAGES:
            return None
        if package in _TENSORRT and rest == "tensorrt":
            rest = ""
        own = ".".join(filter(None, (_PACKAGES[package], rest)))
        found = importlib.util.find_spec(own)
        if found is None:
            return None
        loader: Any = _Loader(own)
        is_package = found.submodule_search_locations is not None
        return importlib.machinery.ModuleSpec(
            fullname, loader, origin=found.origin, is_package=is_package
        )

    def find_distributions(
        self,
        context: Any = importlib.metadata.DistributionFinder.Context(),  # noqa: B008
    ) -> Iterable[importlib.metadata.Distribution]:
        return [_Distribution()] if context.name in (None, "tensorrt") else []


def _redirect_ctypes() -> None:
    """ctypes.CDLL("libcudart.so"), of any version and folder, gives our library."""
    load, find = ctypes.CDLL.__init__, ctypes.util.find_library

    @functools.wraps(load)
    def init(self: ctypes.CDLL, name: Any, *args: Any, **kwargs: Any) -> None:
        if name is not None and _CUDART.fullmatch(Path(str(name)).name):
            from trtlike.cuda import library

            if Path(str(name)) != library.PATH:
                library.load()
                name = str(library.PATH)
        load(self, name, *args, **kwargs)

    @functools.wraps(find)
    def find_library(name: str) -> str | None:
        return "libcudart.so" if name == "cudart" else find(name)

    ctypes.CDLL.__init__ = init  # type: ignore[method-assign]
    ctypes.util.find_library = find_library


def install() -> None:
    """Puts trtlike in the place of TensorRT's and CUDA's packages for the rest of this process."""
    for name in list(sys.modules):
        if name.partition(".")[0] in _PACKAGES:
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
    _redirect_ctypes()
