"""cProfile."""

import cProfile
from workload import run

profiler = cProfile.Profile()
profiler.enable()
total = run(12000)
profiler.disable()
print(total, sum(entry.callcount for entry in profiler.getstats()))
