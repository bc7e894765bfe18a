"""sys.monitoring: PY_START with DISABLE."""

import sys
from workload import run

E = sys.monitoring.events
functions = set()


def start(code, offset):
    functions.add(code)
    return sys.monitoring.DISABLE


sys.monitoring.use_tool_id(3, "bench")
sys.monitoring.register_callback(3, E.PY_START, start)
sys.monitoring.set_events(3, E.PY_START)
print(run(50000))
