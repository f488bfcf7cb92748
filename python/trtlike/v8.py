"""`import trtlike.v8 as trt`: the package at API level 8, for scripts written for TensorRT 8.

The level is the process's: engines and contexts of other modules have their bindings by index too.
"""

import trtlike as _package
from trtlike import *  # noqa: F403
from trtlike import levels as _levels

globals().update(
    {name: getattr(_package, name) for name in _package.__all__},
    **_levels.use_8(),
)
