class Await:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return got


async def co():
    a = await Await("first")
    print("got", a)
    b = await Await("second")
    return a + b


c = co()
print(type(c).__name__, c.cr_running, c.cr_frame is not None)
print(c.send(None))
print(c.send(10))
try:
    c.send(5)
except StopIteration as e:
    print("result", e.value)
try:
    c.send(None)
except RuntimeError as e:
    print(e)


async def agen(n):
    for i in range(n):
        got = yield i
        if got: print("agen got", got)


def run(c):
    try:
        while True:
            c.send(None)
    except StopIteration as e:
        return e.value


async def use():
    print([x async for x in agen(3)], {x async for x in agen(2)}, {x: 1 async for x in agen(2)})
    g = agen(3)
    print(await anext(g), await g.asend("hi"), await anext(g), await anext(g, "default"))
    async for x in agen(5):
        if x == 2: break
    else:
        print("no")
    gen = (x * 2 async for x in agen(3))
    print(type(gen).__name__, [x async for x in gen])
    return await inner()


async def inner():
    try:
        raise ValueError("in coroutine")
    except ValueError as e:
        return repr(e)
    finally:
        print("finally")


print(run(use()))


class ACtx:
    async def __aenter__(self):
        print("aenter")
        return self
    async def __aexit__(self, *a):
        print("aexit", a[0] and a[0].__name__)
        return True


class AIter:
    def __init__(self): self.n = 0
    def __aiter__(self): return self
    async def __anext__(self):
        self.n += 1
        if self.n > 2: raise StopAsyncIteration
        return self.n


async def ctx():
    async with ACtx() as a, ACtx():
        raise KeyError
    return [x async for x in AIter()]


print(run(ctx()))
for bad in ("await_int", "with_int", "for_int"):
    async def await_int(): await 5
    async def with_int():
        async with 5: pass
    async def for_int():
        async for x in 5: pass
    try:
        run(locals()[bad]())
    except TypeError as e:
        print(e)
x = co()
x.close()
try:
    x.throw(ValueError)
except RuntimeError as e:
    print(e)
