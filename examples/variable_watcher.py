"""Who changed this variable? Reports every change of a local variable, a global or an attribute, with line and old and new value.

    variable_watcher.py EXPRESSION PROGRAM [ARGUMENT…]

Without arguments it watches an example of its own.
"""

import linecache
import os
import sys

UNSET = type("Unset", (), {"__repr__": lambda self: "<unset>"})()


class Watcher:
    """Evaluates an expression in each frame before each line; the line before is to blame for what has changed."""

    def __init__(self, expression, filename):
        self.code = compile(expression, "<watched>", "eval")
        self.expression, self.filename = expression, filename
        self.names = set(self.code.co_names)
        # By frame: the value's repr and the line that was about to run.
        self.seen = {}
        self.changes = 0

    def value(self, frame):
        try:
            return repr(eval(self.code, frame.f_globals, frame.f_locals))
        except Exception:
            return repr(UNSET)

    def trace(self, frame, event, arg):
        if frame.f_code.co_filename != self.filename:
            return None
        if event == "call":
            if self.is_outside(frame):
                return None
            self.seen[frame] = self.value(frame), frame.f_lineno
            return self.trace
        if event in ("line", "return"):
            self.compare(frame)
        if event == "return":
            self.seen.pop(frame, None)
        else:
            self.seen[frame] = self.value(frame), frame.f_lineno
        return self.trace

    def is_outside(self, frame):
        """Whether the code can see none of the names."""
        code = frame.f_code
        known = {*code.co_varnames, *code.co_cellvars, *code.co_freevars, *code.co_names}
        return not (known & self.names)

    def compare(self, frame):
        before, line = self.seen.get(frame, (repr(UNSET), frame.f_lineno))
        after = self.value(frame)
        if after == before:
            return
        self.changes += 1
        source = linecache.getline(self.filename, line).strip()
        print(f"{frame.f_code.co_qualname}:{line}: {self.expression}: {before} -> {after}    {source}")

    def watch(self, code, namespace):
        sys.settrace(self.trace)
        try:
            exec(code, namespace)
        except SystemExit:
            pass
        finally:
            sys.settrace(None)
        print(f"{self.changes} changes")


EXAMPLE = '''\
class Account:
    def __init__(self, balance):
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount

def transfer(account, amounts):
    for amount in amounts:
        if amount < 0:
            account.balance = max(0, account.balance + amount)
        else:
            account.deposit(amount)

account = Account(100)
transfer(account, [20, -50, 0, -500])
account.balance, old = 7, account.balance
del account.balance
print("old balance", old)
'''

if __name__ == "__main__":
    if len(sys.argv) > 2:
        expression, path = sys.argv[1], os.path.abspath(sys.argv[2])
        del sys.argv[:2]
        sys.path.insert(0, os.path.dirname(path))
        with open(path) as file:
            text = file.read()
        namespace = {"__name__": "__main__", "__file__": path}
    else:
        expression, path, text, namespace = "account.balance", "<example>", EXAMPLE, {"__name__": "__main__"}
        linecache.cache[path] = len(text), None, text.splitlines(True), path
    Watcher(expression, path).watch(compile(text, path, "exec"), namespace)
