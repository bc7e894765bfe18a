"""sys.setprofile with a Python function."""

import sys
from workload import run

count = 0


def profile(frame, event, arg):
    global count
    count += 1


sys.setprofile(profile)
total = run(20000)
sys.setprofile(None)
print(total, count)
