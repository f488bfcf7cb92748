"""cuda-python's manner of answering: a tuple of the error and the results, None if it failed."""

import enum
import functools
from collections.abc import Callable
from typing import Any

from trtlike.cuda.host.errors import CudaError, logger


class Answers:
    """Makes functions answer in tuples, and remembers the last error, for one of the two APIs."""

    def __init__(self, errors: type[enum.IntEnum]):
        self.errors = errors
        self.last = errors(0)

    def __call__(
        self, results: int
    ) -> Callable[[Callable[..., Any]], Callable[..., tuple[Any, ...]]]:
        """A decorator for functions of so many results; a failure's sentence goes to the log."""

        def decorate(body: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
            @functools.wraps(body)
            def call(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
                try:
                    result = body(*args, **kwargs)
                except CudaError as error:
                    self.last = self.errors(int(error.code))
                    logger.error("[cuda] %s: %s", body.__name__, error)
                    return (self.last, *[None] * results)
                if results == 0:
                    return (self.errors(0),)
                return (self.errors(0), *(result if results > 1 else (result,)))

            return call

        return decorate


class Handle:
    """An opaque CUDA handle; as an int it is what the C API passes."""

    def __init__(self, value: Any = 0):
        self._value = int(value)

    def __int__(self) -> int:
        return self._value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        return int(self) == int(other) if isinstance(other, Handle) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._value:#x}>"
