"""TensorRT 8.6's surface where it differs from 10's: bindings by index, and values of flags."""
