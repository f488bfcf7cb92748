"""Streams are trtlike's own, so that copies and runs on one keep their order; events take times.

A copy or an event waits for what its stream has queued and is done when the call returns: runs are
what is asynchronous.
"""

import collections
import threading
import time
import weakref
from typing import Any

from trtlike import _trtlike
from trtlike.cuda.host import memory
from trtlike.cuda.host.errors import Code, CudaError

_lock = threading.RLock()
_destroyed: set[int] = set()
_orphans: collections.deque[int] = collections.deque()


def handle_of(stream: Any) -> int:
    """The handle of a stream given as an int, an object with one, or None for the default stream.

    Raises CudaError for a destroyed stream.
    """
    handle = 0 if stream is None else int(getattr(stream, "handle", getattr(stream, "ptr", stream)))
    with _lock:
        if handle in _destroyed:
            raise CudaError(
                Code.INVALID_HANDLE,
                f"stream {handle:#x}: expected a live one, got a destroyed one.",
            )
    return handle if handle > 2 else 0


def create() -> int:
    while _orphans:
        destroy(_orphans.popleft())
    handle = int(_trtlike.create_stream())
    with _lock:
        _destroyed.discard(handle)
    return handle


def create_for(owner: object) -> int:
    """A new stream, which is destroyed some time after the object is gone."""
    handle = create()
    weakref.finalize(owner, _orphans.append, handle).atexit = False
    return handle


def destroy(stream: Any) -> None:
    """Runs what is queued, then ends the stream."""
    handle = handle_of(stream)
    if handle == 0:
        raise CudaError(
            Code.INVALID_HANDLE, "destroy: expected a created stream, got the default one."
        )
    _trtlike.destroy_stream(handle)
    with _lock:
        _destroyed.add(handle)


def _is_callback() -> bool:
    """Whether this is no thread of Python's: a stream's worker, which cannot wait for itself."""
    return isinstance(threading.current_thread(), threading._DummyThread)


def synchronize(stream: Any = None) -> None:
    """Waits for the stream; for the default one, for all."""
    handle = handle_of(stream)
    if not _is_callback():
        _trtlike.synchronize_stream(handle)


def _recycle() -> None:
    count = memory.retired_count()
    if count and not _is_callback():
        synchronize()
        memory.recycle(count)


def allocate(nbytes: int, kind: memory.Kind) -> int:
    """The address of new memory, 0 for no bytes."""
    _recycle()
    return memory.allocate(nbytes, kind)


def free(pointer: Any, *kinds: memory.Kind) -> None:
    """Gives memory back, as CUDA does after all that is queued."""
    memory.free(memory.address_of(pointer), kinds)
    _recycle()


def copy(to: Any, source: Any, nbytes: int, direction: int = 4, stream: Any = None) -> None:
    """Copies after what the stream has queued."""
    synchronize(stream)
    memory.copy(to, source, nbytes, direction)


def fill(pointer: Any, value: int, count: int, width: int = 1, stream: Any = None) -> None:
    """Sets memory after what the stream has queued."""
    synchronize(stream)
    memory.fill(pointer, value, count, width)


class EventClock:
    """The time at which a stream came to a point."""

    def __init__(self, timed: bool = True):
        self.timed = timed
        self.at_ns: int | None = None

    def record(self, stream: Any = None) -> None:
        synchronize(stream)
        self.at_ns = time.perf_counter_ns()

    def milliseconds_since(self, start: "EventClock") -> float:
        if not (self.timed and start.timed) or self.at_ns is None or start.at_ns is None:
            raise CudaError(
                Code.INVALID_HANDLE,
                "elapsed time: expected two recorded events with timing, got one without.",
            )
        return (self.at_ns - start.at_ns) / 1e6


_events: dict[int, EventClock] = {}


def create_event(timed: bool = True) -> int:
    """The handle of a new event."""
    event = EventClock(timed)
    with _lock:
        _events[id(event)] = event
    return id(event)


def event_of(handle: Any) -> EventClock:
    with _lock:
        event = _events.get(int(handle))
    if event is None:
        raise CudaError(
            Code.INVALID_HANDLE, f"event {int(handle):#x}: expected a live one, got none such."
        )
    return event


def destroy_event(handle: Any) -> None:
    event_of(handle)
    with _lock:
        del _events[int(handle)]
