"""sys.monitoring: LINE with a callback."""

import sys
from workload import run

count = 0
E = sys.monitoring.events


def line(code, number):
    global count
    count += 1


sys.monitoring.use_tool_id(3, "bench")
sys.monitoring.register_callback(3, E.LINE, line)
sys.monitoring.set_events(3, E.LINE)
total = run(6000)
sys.monitoring.set_events(3, 0)
print(total, count)
