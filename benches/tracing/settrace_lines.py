"""sys.settrace with a Python function on call, line, return and exception events."""

import sys
from workload import run

count = 0


def trace(frame, event, arg):
    global count
    count += 1
    return trace


sys.settrace(trace)
total = run(5000)
sys.settrace(None)
print(total, count)
