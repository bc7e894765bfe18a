"""Which stacks f_lineno can be set between: where a handler's instruction number lies, and where there is too much on them."""

import sys
import warnings

warnings.simplefilter("ignore")


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return True


def identity(function):
    return function


def handling(x=1):
    with Manager():
        @identity
        @identity
        def inner(a, *, b=1):
            return a, b
        1 / 0
    return x


def nested(x=1):
    try:
        1 / 0
    except ZeroDivisionError:
        with Manager():
            1 / 0
    @identity
    @identity
    @identity
    def inner(a):
        return a
    return x


def jump(function, line, time, to):
    code = function.__code__
    seen = 0
    outcome = None

    def trace(frame, event, arg):
        nonlocal seen, outcome
        if frame.f_code is not code:
            return None
        if event == "line" and frame.f_lineno == line:
            seen += 1
            if seen == time:
                try:
                    frame.f_lineno = to
                    outcome = "ok"
                except ValueError as error:
                    outcome = str(error)
        return trace

    sys.settrace(trace)
    try:
        result = function()
    except BaseException as error:
        result = repr(error)
    finally:
        sys.settrace(None)
    print(function.__name__, line - code.co_firstlineno, time, to - code.co_firstlineno, outcome, result)


first = handling.__code__.co_firstlineno
for to in range(1, 8):
    jump(handling, first + 1, 2, first + to)
first = nested.__code__.co_firstlineno
for to in (1, 6, 7, 10, 11):
    jump(nested, first + 4, 2, first + to)

for depth in range(16, 21):
    lines = ["def deep(x=1):", " y = 1", " r = [count(x,", *(f"  {n}," for n in range(depth)), "  x)]", " z = 1", " return r"]
    namespace = {"count": lambda *args: len(args)}
    exec("\n".join(lines), namespace)
    for source, to in (2, 3), (2, depth + 5), (depth + 2, 2), (depth + 4, depth + 2), (depth + 4, 2), (depth + 5, 2), (2, 2):
        jump(namespace["deep"], source, 1, to)
