"""sys.settrace with opcode events."""

import sys
from workload import run

count = 0


def trace(frame, event, arg):
    global count
    count += 1
    frame.f_trace_opcodes = True
    return trace


sys.settrace(trace)
total = run(1000)
sys.settrace(None)
print(total, count)
