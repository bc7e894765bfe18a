"""Which time zone time.strftime shows of tuples, and of times that know theirs."""

import os
import time

for zone in ("UTC", "EST5EDT,M3.2.0,M11.1.0", "IST-5:30"):
    os.environ["TZ"] = zone
    time.tzset()
    winter, summer = (2020, 1, 2, 3, 4, 5, 0, 2, 0), (2020, 7, 2, 3, 4, 5, 0, 2, 1)
    for t in (winter, summer, summer[:8] + (-1,), time.localtime(1e9), time.gmtime(1e9)):
        print(zone, time.strftime("%z %Z %c %s", t), time.strftime("%Z|%H", t))
