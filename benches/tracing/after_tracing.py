"""The speed of code that was traced once and no longer is."""

import sys
from workload import run


def trace(frame, event, arg):
    return trace


sys.settrace(trace)
run(2)
sys.settrace(None)
sys.setprofile(lambda *args: None)
run(2)
sys.setprofile(None)
print(run(50000))
