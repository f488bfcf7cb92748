"""cuda-python's modules under their present names: runtime, driver and nvrtc."""

__version__ = "12.6.0"
