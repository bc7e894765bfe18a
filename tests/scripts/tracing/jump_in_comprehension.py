"""f_lineno set inside an inlined comprehension, whose variables were unbound before: they wait on the stack as nothing at all."""

import sys
import warnings

warnings.simplefilter("ignore")


def unbound():
    x = len([a for a in range(2) for b in (1, 2)
             if a != b])
    return x


def bound(a=5, b=6):
    x = len([a for a in range(2) for b in (1, 2)
             if a != b])
    return x, a, b


def jump(function, stop, to):
    first = function.__code__.co_firstlineno
    seen = 0
    outcome = None

    def trace(frame, event, arg):
        nonlocal seen, outcome
        if frame.f_code is not function.__code__:
            return None
        if event == "line":
            seen += 1
            if seen == stop:
                try:
                    frame.f_lineno = first + to
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
    print(function.__name__, stop, to, outcome, result)


for function in (unbound, bound):
    for stop in range(1, 8):
        for to in (1, 2, 3):
            jump(function, stop, to)
