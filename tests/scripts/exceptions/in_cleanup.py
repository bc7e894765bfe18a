def gen():
    try:
        yield 1
        yield 2
    finally:
        print("gen cleanup")


for x in gen():
    print(x)
    break
print("after loop")


def multi():
    try:
        try:
            raise ValueError("inner")
        except ValueError as e:
            raise TypeError("outer") from e
        finally:
            print("inner finally")
    except TypeError as e:
        print("caught", e, repr(e.__cause__))
        return "ret"
    finally:
        print("outer finally")


print(multi())


def swallow():
    for i in range(3):
        try:
            if i == 1: raise ValueError
            print("ok", i)
        except ValueError:
            print("continue")
            continue
        finally:
            print("always", i)
    return "end"


print(swallow())


def loop_break():
    while True:
        try:
            raise KeyError
        except KeyError:
            break
        finally:
            print("leaving")
    return "broke"


print(loop_break())


class Ctx:
    def __enter__(self): return self
    def __exit__(self, t, v, tb):
        print("exit", t.__name__ if t else None)
        return t is ValueError


def with_return():
    with Ctx():
        return "value"


print(with_return())
with Ctx():
    raise ValueError
print("suppressed")
try:
    with Ctx():
        raise KeyError("through")
except KeyError as e:
    print(e)
try:
    with Ctx() as a, Ctx() as b:
        raise KeyError(1)
except KeyError:
    pass


def deep(n):
    try:
        if n == 0: raise ValueError("bottom")
        deep(n - 1)
    except ValueError as e:
        if n == 3:
            print("caught at", n, e)
        else:
            raise


deep(5)
