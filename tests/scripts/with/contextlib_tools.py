from contextlib import contextmanager, suppress, closing, nullcontext, redirect_stdout, ExitStack, ContextDecorator
import io


@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    except ValueError as e:
        print("handled", e)
    finally:
        print(f"</{name}>")


with tag("a") as t, tag("b"):
    print(t)
with tag("err"):
    raise ValueError("oops")
try:
    with tag("other"):
        raise KeyError("k")
except KeyError as e:
    print("escaped", e)


@tag("deco")
def f(): print("body")


f()
with suppress(ZeroDivisionError, KeyError):
    1 / 0
    print("never")
with nullcontext(5) as n: print(n)
buf = io.StringIO()
with redirect_stdout(buf):
    print("captured")
print(repr(buf.getvalue()))


class Res:
    def close(self): print("closed")


with closing(Res()): print("using")
with ExitStack() as stack:
    for n in "xyz": stack.enter_context(tag(n))
    stack.callback(print, "callback")
    print("inside")


@contextmanager
def broken(): 
    if False: yield


try:
    with broken(): pass
except RuntimeError as e:
    print(e)


@contextmanager
def twice():
    yield 1
    yield 2


try:
    with twice(): pass
except RuntimeError as e:
    print(e)
