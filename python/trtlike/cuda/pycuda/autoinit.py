"""Makes a context current, as importing pycuda.autoinit does."""

import atexit

from trtlike.cuda.pycuda import driver
from trtlike.cuda.pycuda.tools import make_default_context

driver.init()
context = make_default_context()
device = context.get_device()
atexit.register(context.pop)
