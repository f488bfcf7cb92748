"""Files that builds leave behind and find again: written whole or not at all, and read without
trust."""

import contextlib
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import trtlike as trt


def write_file(path: Path, data: Any, mode: int = 0o644) -> None:
    """Beside, then renamed: readers see the old file or the new one.

    Raises:
        OSError: it cannot be written; nothing is left beside it.
    """
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def give_timings(
    config: trt.IBuilderConfig,
    known: bytes,
    path: Path | None,
    force: bool,
    logger: logging.Logger,
    what: str = "timing cache",
) -> None:
    """Puts a timing cache into a build: the file's where there is one, else `known`. One that
    cannot be read gives nothing, and a warning that begins with `what` and the file."""
    if path is not None and path.exists():
        known = path.read_bytes()
    try:
        cache = config.create_timing_cache(known)
    except trt.Error as error:
        logger.warning("%s '%s': nothing is taken from it: %s", what, path, error)
        cache = config.create_timing_cache(b"")
    config.set_timing_cache(cache, force)
