"""Times single operators beside ONNX Runtime: python -m benchmarks.operators [NAME...]."""
