"""Every event of a program that has a bit of everything: settrace with opcodes, setprofile, and sys.monitoring."""

import sys

PROGRAM = '''
def branches(n):
    if n > 2 and n % 2:
        return "odd"
    elif not n:
        return None
    return "even" if n % 2 == 0 else "small"

def loops(items):
    total = 0
    for item in items:
        if item == 3:
            continue
        if item == 5:
            break
        total += item
    else:
        total = -1
    while total > 1:
        total -= 2
    return [x * y
            for x in range(2)
            for y in items
            if y], {k: v for k, v in zip("ab", items)}

def caught():
    try:
        try:
            int("x")
        except ValueError as error:
            raise KeyError("k") from error
        finally:
            done = True
    except KeyError:
        pass
    else:
        return 1
    finally:
        done = False
    return done

class Manager:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): return self
    def __exit__(self, *args):
        return self.swallow

def managed():
    with Manager(True) as a, Manager(False):
        1 / 0
    with Manager(True): pass
    return a.swallow

def count(n):
    while n:
        try:
            got = yield n
            if got: n = got
        except LookupError:
            yield "caught"
        n -= 1
    return "end"

def delegate():
    result = yield from count(2)
    yield result

def generators():
    g = count(3)
    out = [next(g), g.send(2), g.throw(LookupError), *g]
    return out, list(delegate()), sum(x for x in (1, 2))

def matching(value):
    match value:
        case [1, *rest] if rest:
            return rest
        case {"k": int(n)}:
            return n
        case str() | None:
            return "text"
        case _:
            return value

class Base:
    def method(self, *args, **kwargs): return len(args) + len(kwargs)

class Derived(Base):
    attribute = [i for i in range(2)]
    def method(self, *args, **kwargs):
        return super().method(*args, **kwargs) + 1
    @property
    def value(self): return max(
        1,
        2,
    )

def decorate(f):
    def wrapper(*args):
        return f(*args)
    return wrapper

@decorate
def decorated(x):
    return (lambda y: x +
            y)(1)

async def numbers(n):
    for i in range(n):
        yield i

async def coroutine():
    out = [x async for x in numbers(2)]
    async for x in numbers(1): out.append(x)
    return out

def drive(c):
    try:
        c.send(None)
    except StopIteration as stop:
        return stop.value

def unwinds():
    def inner():
        assert False, "no"
    inner()

for n in range(5): branches(n)
loops([1, 3, 2]); loops([1, 5])
caught(); managed(); generators()
for value in ([1, 2], {"k": 3}, "s", 4.5): matching(value)
d = Derived(); d.method(1, k=2); d.value
decorated(3)
drive(coroutine())
try:
    unwinds()
except AssertionError as error:
    print(error)
sorted([3, 1, 2], key=lambda x: -x); print(*[1, 2], **{"sep": "-"})
'''

code = compile(PROGRAM, "<program>", "exec")
log = []
E = sys.monitoring.events


def describe(value):
    if isinstance(value, tuple) and len(value) == 3 and isinstance(value[1], BaseException):
        value = value[1]
    if value is sys.monitoring.MISSING:
        return "MISSING"
    text = type(value).__name__
    if text in ("builtin_function_or_method", "method_descriptor", "function", "type"):
        text += " " + value.__qualname__
    return text


def trace(frame, event, arg):
    if frame.f_code.co_filename != "<program>":
        return None
    frame.f_trace_opcodes = True
    log.append(f"{event} {frame.f_code.co_qualname} {frame.f_lineno} {frame.f_lasti} {describe(arg)}")
    return trace


def profile(frame, event, arg):
    if frame.f_code.co_filename == "<program>":
        log.append(f"{event} {frame.f_code.co_qualname} {frame.f_lineno} {frame.f_lasti} {describe(arg)}")


def callback(event):
    def listener(code, *args):
        if code.co_filename == "<program>":
            values = (str(arg) if type(arg) is int else describe(arg) for arg in args)
            log.append(f"{event} {code.co_qualname} {' '.join(values)}")

    return listener


def show(title):
    print("==", title, len(log))
    print("\n".join(log))
    log.clear()


sys.settrace(trace)
exec(code, {"__name__": "traced"})
sys.settrace(None)
show("settrace")
sys.setprofile(profile)
exec(code, {"__name__": "profiled"})
sys.setprofile(None)
show("setprofile")
M = sys.monitoring
M.use_tool_id(3, "streams")
wanted = 0
for event in dir(E):
    if not event.startswith("_") and event not in ("NO_EVENTS", "BRANCH"):
        M.register_callback(3, getattr(E, event), callback(event))
        if not event.startswith("C_"):
            wanted |= getattr(E, event)
M.set_events(3, wanted)
exec(code, {"__name__": "monitored"})
M.set_events(3, 0)
M.free_tool_id(3)
show("monitoring")
