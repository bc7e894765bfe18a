"""sys.monitoring: LINE with DISABLE, as coverage tools do."""

import sys
from workload import run

E = sys.monitoring.events
lines = set()


def line(code, number):
    lines.add((code, number))
    return sys.monitoring.DISABLE


sys.monitoring.use_tool_id(3, "bench")
sys.monitoring.register_callback(3, E.LINE, line)
sys.monitoring.set_events(3, E.LINE)
print(run(50000))
