def f(a, b=1, *c, d, e=2, **g):
    """Docs of f."""
    local = a
    return local


f.custom = [1]
print(f.__doc__, f.custom, f.__dict__)
code = f.__code__
print(code.co_name, code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount)
print(code.co_varnames, code.co_nlocals, code.co_flags & 0x0C)
print(code.co_names, code.co_freevars, code.co_cellvars)
f.__name__ = "renamed"
f.__qualname__ = "somewhere.renamed"
print(f.__name__, repr(f).split(" at ")[0])
f.__doc__ = None
print(f.__doc__)


def g(x): return x * 2


f.__code__ = g.__code__
print(f(21))
print(type(f), type(f).__name__, callable(f), callable(3))
print((lambda: 0).__name__, (lambda: 0).__qualname__)


def outer():
    def inner(): pass
    class C:
        def m(self): pass
    return inner, C


inner, C = outer()
print(inner.__qualname__, C.__qualname__, C.m.__qualname__)
try:
    f.__name__ = 5
except TypeError as e:
    print(e)
try:
    f.__code__ = 5
except TypeError as e:
    print(e)
try:
    f.nothing
except AttributeError as e:
    print(e)
