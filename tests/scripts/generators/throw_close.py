def g():
    while True:
        try:
            x = yield "ready"
            print("got", x)
        except ValueError as e:
            print("caught", e)
            yield "recovered"
        finally:
            print("finally")


it = g()
print(next(it))
print(it.throw(ValueError("injected")))
print(next(it))
try:
    it.throw(KeyError("k"))
except KeyError as e:
    print("escaped", e)
print(next(it, "exhausted"))


def closer():
    try:
        yield 1
    except GeneratorExit:
        print("closing")
        raise


c = closer()
next(c)
print(c.close(), c.close())
c = closer()
print(c.close())


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


s = stubborn()
next(s)
try:
    s.close()
except RuntimeError as e:
    print(e)


def returns():
    try:
        yield
    except GeneratorExit:
        return "value"


r = returns()
next(r)
print(r.close())


def stops():
    yield 1
    raise StopIteration("bad")


try:
    list(stops())
except RuntimeError as e:
    print(e, repr(e.__cause__))
g2 = closer()
try:
    g2.throw(TypeError)
except TypeError as e:
    print(repr(e))


def selfish():
    yield next(me)


me = selfish()
try:
    next(me)
except ValueError as e:
    print(e)
for bad in (5, "x", ValueError):
    try:
        closer().throw(bad)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
