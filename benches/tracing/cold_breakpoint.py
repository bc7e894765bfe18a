"""bdb with a breakpoint in a function that is not called: what a program costs that runs under a debugger."""

import bdb
import workload


class Debugger(bdb.Bdb):
    def user_line(self, frame):
        self.set_continue()


debugger = Debugger(backend="monitoring")
debugger.set_break(workload.__file__, workload.cold.__code__.co_firstlineno + 1)
debugger.runcall(workload.run, 20000)
print(debugger.get_all_breaks() != {})
