"""python -m trtlike.trtexec"""

import sys

from trtlike.trtexec import main

sys.exit(main())
