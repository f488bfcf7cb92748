"""pycuda on host memory: driver, autoinit, gpuarray and tools."""

VERSION = (2024, 1, 2)
VERSION_STATUS = ""
VERSION_TEXT = "2024.1.2"
