"""Runs code objects whose instructions were changed at random, if the verifier lets them.

usage: fuzz.py SEED COUNT [FIRST]

Input number N of a seed is always the same. A child process runs them, which may lose its way for good: no exception ends code that
catches them all. The parent then ends the child, and the next one goes on behind that input.
"""

import marshal
import mmap
import os
import random
import signal
import struct
import sys
import time
import types

STEPS = 3000
# Code that catches what the trace function raises goes on without it: it is stopped by signals, the first after so many seconds.
PATIENCE, AGAIN = 2, 0.05
# Seconds after which the parent ends a child that makes no progress.
STUCK = 5

SOURCE = """
def plain(a, b=2, *c, d=4, **e):
    x = [a, b, *c]
    y = {**e, "d": d}
    for i, (p, q) in enumerate(zip(x, y)):
        if p and q or i:
            x[i] += 1
        elif not p:
            continue
        else:
            break
    try:
        with a as f:
            return f"{x!r} {y:>4} {f}"
    except (ValueError, TypeError) as error:
        raise RuntimeError(str(error)) from error
    finally:
        del x

def outer(n):
    total = 0
    def inner(k):
        nonlocal total
        total += k
        return lambda: total + n
    class Local(list):
        size = n
        def method(self):
            return super().__len__() + self.size
    return inner, Local

def generator(n):
    got = yield n
    while got:
        got = yield from [got, *range(n)]
    return {k: v for k, v in (got or {}).items() if v}

async def coroutine(a):
    async with a as b:
        async for c in b:
            await c
    return [d async for d in a]

def matching(x):
    match x:
        case [1, *rest] if rest:
            return rest
        case {"k": v, **others}:
            return v, others
        case str() | int(real=1):
            return 1 < x <= 3, x is not None, -x, x @ x, x[1:2]
"""


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def change(noise, code):
    data = bytearray(code.co_code)
    for _ in range(noise.randint(1, 3)):
        at = noise.randrange(len(data))
        match noise.randrange(4):
            case 0:
                data[at] = noise.randrange(256)
            case 1:
                data[at | 1] = noise.randrange(8)
            case 2:
                other = noise.randrange(len(data)) & ~1
                at &= ~1
                data[at:at + 2], data[other:other + 2] = data[other:other + 2], data[at:at + 2]
            case 3:
                data[at & ~1] = noise.choice(data[::2])
    changed = code.replace(co_code=bytes(data))
    # ValueError for what the verifier refuses, which is no code to run.
    return marshal.loads(marshal.dumps(changed))


class Tired(Exception):
    pass


def limited(function, *args):
    left = STEPS

    def trace(frame, event, arg):
        nonlocal left
        frame.f_trace_opcodes = True
        left -= 1
        if left < 0:
            raise Tired
        return trace

    signal.setitimer(signal.ITIMER_REAL, PATIENCE, AGAIN)
    sys.settrace(trace)
    try:
        result = function(*args)
        if hasattr(result, "send"):
            for value in (None, 1, None):
                result.send(value)
            result.close()
    except BaseException:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(None)


def interrupt(number, frame):
    raise Tired


sys.displayhook = lambda value: None


ORIGINALS = list(codes(compile(SOURCE, "<fuzz>", "exec")))
ARGUMENTS = [0, 1, "text", [1, 2], {"k": 1}, None, 2.5, (1, 2), b"b", 1 << 70]
NAMES = {"__builtins__": {"range": range, "enumerate": enumerate, "zip": zip, "str": str, "super": super}}


def run(seed, number):
    noise = random.Random(f"{seed} {number}")
    code = None
    while code is None:
        try:
            code = change(noise, noise.choice(ORIGINALS))
        except ValueError:
            pass
    cells = tuple(types.CellType(1) for _ in code.co_freevars)
    function = types.FunctionType(code, dict(NAMES), "fuzzed", None, cells or None)
    count = code.co_argcount + noise.choice([0, 0, 0, 1, -1])
    limited(function, *(noise.choice(ARGUMENTS) for _ in range(max(count, 0))))


def child(seed, numbers, progress):
    signal.signal(signal.SIGALRM, interrupt)
    for number in numbers:
        struct.pack_into("q", progress, 0, number)
        run(seed, number)
    os._exit(0)


def finished(pid, progress):
    """The child's wait status, None if it had to be ended."""
    last, since = None, time.monotonic()
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        now = progress[:]
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > STUCK:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
        time.sleep(0.02)


def main():
    seed, count, *first = map(int, sys.argv[1:])
    number, end = (first[0], first[0] + count) if first else (0, count)
    progress = mmap.mmap(-1, 8)
    stuck = failures = 0
    while number < end:
        pid = os.fork()
        if not pid:
            child(seed, range(number, end), progress)
        status = finished(pid, progress)
        if status == 0:
            break
        number = struct.unpack("q", progress)[0] + 1
        if status is None:
            stuck += 1
        else:
            failures += 1
            print(f"input {number - 1}: wait status {status}", file=sys.stderr)
    print(f"{count} inputs, {stuck} without an end, {failures} failures", file=sys.stderr)
    sys.exit(bool(failures))


main()
