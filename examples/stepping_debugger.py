"""A small stepping debugger: breakpoints, step, next, return, up, print, where, list.

    stepping_debugger.py [PROGRAM]

Commands come from standard input. Without a program it debugs an example of its own with commands of its own.
"""

import linecache
import os
import sys


class Quit(Exception):
    """The user has had enough."""


class Debugger:
    def __init__(self, commands):
        self.commands = commands
        self.breakpoints = set()
        # Which event is waited for, and in which frame (None: any).
        self.waiting, self.frame = "line", None
        self.shown = None

    def run(self, source, filename, namespace):
        code = compile(source, filename, "exec")
        self.filename = filename
        linecache.cache[filename] = len(source), None, source.splitlines(True), filename
        sys.settrace(self.trace)
        try:
            exec(code, namespace)
        except Quit:
            return
        finally:
            sys.settrace(None)
        print("the program has ended")

    # The trace functions. Frames of other files are not traced at all.
    def trace(self, frame, event, arg):
        if frame.f_code.co_filename != self.filename:
            return None
        if event == "line" and (frame.f_code, frame.f_lineno) in self.breakpoints:
            self.stop(frame, "breakpoint")
        elif event == "line" and self.waiting == "line" and self.frame in (None, frame):
            self.stop(frame, "line")
        elif event == "return" and self.frame is frame:
            if self.waiting == "return":
                self.stop(frame, f"returns {arg!r}")
            else:
                self.waiting, self.frame = "line", frame.f_back
        elif event == "exception" and self.waiting == "line":
            print(f"  ! {arg[0].__name__}: {arg[1]}")
        return self.trace

    def stop(self, frame, why):
        self.shown = frame
        self.show(why)
        while True:
            try:
                words = next(self.commands).split()
            except StopIteration:
                raise Quit from None
            name, arguments = (words[0], words[1:]) if words else ("step", [])
            method = getattr(self, "do_" + name, None)
            print(f"(debug) {' '.join(words)}")
            if method is None:
                print(f"no command {name!r}")
            elif method(frame, *arguments):
                return

    def show(self, why):
        code, line = self.shown.f_code, self.shown.f_lineno
        text = linecache.getline(self.filename, line).strip()
        print(f"> {code.co_qualname}:{line} [{why}] {text}")

    # Commands. True lets the program go on.

    def do_step(self, frame):
        self.waiting, self.frame = "line", None
        return True

    def do_next(self, frame):
        self.waiting, self.frame = "line", frame
        return True

    def do_return(self, frame):
        self.waiting, self.frame = "return", frame
        return True

    def do_continue(self, frame):
        self.waiting, self.frame = "breakpoint", None
        return True

    def do_quit(self, frame):
        raise Quit

    def do_break(self, frame, line):
        line = int(line)
        code = self.find_code(frame, line)
        if code is None:
            print(f"no code at line {line}")
        else:
            self.breakpoints.add((code, line))
            print(f"breakpoint in {code.co_qualname} at {line}")

    def find_code(self, frame, line):
        """The innermost code object with that line, among the functions that exist already."""
        module = frame
        while module.f_back and module.f_back.f_code.co_filename == self.filename:
            module = module.f_back
        pending, found = [module.f_code], None
        while pending:
            code = pending.pop()
            if any(line == number for _, _, number in code.co_lines()):
                found = code
            pending.extend(c for c in code.co_consts if hasattr(c, "co_lines"))
        return found

    def do_print(self, frame, *words):
        expression = " ".join(words)
        try:
            print(repr(eval(expression, self.shown.f_globals, self.shown.f_locals)))
        except Exception as error:
            print(f"{type(error).__name__}: {error}")

    def do_set(self, frame, name, *words):
        self.shown.f_locals[name] = eval(" ".join(words), self.shown.f_globals, self.shown.f_locals)

    def do_where(self, frame):
        current = frame
        while current and current.f_code.co_filename == self.filename:
            mark = ">" if current is self.shown else " "
            print(f"{mark} {current.f_code.co_qualname}:{current.f_lineno}")
            current = current.f_back

    def do_up(self, frame):
        if self.shown.f_back and self.shown.f_back.f_code.co_filename == self.filename:
            self.shown = self.shown.f_back
            self.show("up")

    def do_jump(self, frame, line):
        try:
            frame.f_lineno = int(line)
        except ValueError as error:
            print(error)
        self.show("jump")

    def do_list(self, frame):
        line = self.shown.f_lineno
        for number in range(max(1, line - 2), line + 3):
            text = linecache.getline(self.filename, number).rstrip()
            print(f"{'->' if number == line else '  '} {number:3} {text}")


EXAMPLE = '''\
def average(numbers):
    total = 0
    for number in numbers:
        total += number
    return total / len(numbers)

def report(*groups):
    for group in groups:
        try:
            print("average:", average(group))
        except ZeroDivisionError:
            print("an empty group")

report([1, 2, 3], [], [10])
print("done")
'''
COMMANDS = """
step
step
break 5
where
continue
print total, numbers
set total 60
return
next
list
continue
up
print group
continue
jump 12
continue
print 1 +
quit
"""

if __name__ == "__main__":
    if len(sys.argv) > 1:
        with open(sys.argv[1]) as file:
            text = file.read()
        Debugger(iter(sys.stdin)).run(text, os.path.abspath(sys.argv[1]), {"__name__": "__main__"})
    else:
        Debugger(iter(COMMANDS.strip().splitlines())).run(EXAMPLE, "<example>", {"__name__": "__main__"})
