def trace(label):
    print("make", label)
    def deco(fn):
        print("decorate", fn.__name__)
        def wrapper(*args, **kwargs):
            print("call", label, args, kwargs)
            return fn(*args, **kwargs)
        wrapper.__wrapped__ = fn
        return wrapper
    return deco


@trace("outer")
@trace("inner")
def add(a, b=2):
    return a + b


print(add(1), add(1, b=5))
registry = {}


def register(cls):
    registry[cls.__name__] = cls
    return cls


@register
class A: pass


@register
class B(A): pass


print(sorted(registry))


@lambda f: f()
def value(): return 42


print(value)
decorators = [lambda f: ("tagged", f.__name__)]


@decorators[0]
def third(): pass


print(third)


class Counter:
    def __init__(self, fn):
        self.fn, self.count = fn, 0
    def __call__(self, *a):
        self.count += 1
        return self.fn(*a)
    def __get__(self, obj, owner=None):
        return self if obj is None else lambda *a: self(obj, *a)


class M:
    @Counter
    def m(self, x): return x + 1


m = M()
print(m.m(1), m.m(2), M.m.count)
