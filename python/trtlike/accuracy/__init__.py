"""What INT8 costs in accuracy, layer by layer, and which layers to keep in FP32 for a budget.

`compare` runs a network in FP32 and in INT8 on the same data, `choose_method` finds the method of
calibration that loses least, `write_precisions` saves what was chosen and `apply` builds by it.
"""

from trtlike.accuracy.comparing import Comparison, choose_method, compare, parse_budget
from trtlike.accuracy.measuring import Layer, top1
from trtlike.accuracy.precisions import apply, read_precisions, write_precisions
from trtlike.accuracy.search import Assignment

__all__ = [
    "Assignment",
    "Comparison",
    "Layer",
    "apply",
    "choose_method",
    "compare",
    "parse_budget",
    "read_precisions",
    "top1",
    "write_precisions",
]
