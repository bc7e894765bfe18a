import gc
import typing
import weakref


# A class that adds no fields may stand before any builtin base.
class Table(typing.Generic[typing.TypeVar("T")], dict):
    pass


print(Table(a=1), Table[int], Table.__mro__[1:3])


# An order that names classes which are no bases sees their changes too.
class Base:
    value = 1


class Meta(type):
    def mro(cls):
        return (cls, Base, object)


class Odd(metaclass=Meta):
    pass


print(Odd.value)
Base.value = 2
print(Odd.value)


# A class dies with the cycle that it is part of.
def make():
    class Local:
        def method(self):
            return Local

    return weakref.ref(Local)


reference = make()
gc.collect()
print(reference())

# Keywords for an `__init__` of one's own pass a constructor that takes none.
for base, args in ((float, (2.5,)), (filter, (None, [])), (tuple, ()), (frozenset, ())):

    class WithInit(base):
        def __init__(self, *args, extra=None):
            self.extra = extra

    print(base.__name__, WithInit(*args, extra=3).extra)
    try:
        base(*args, extra=3)
    except TypeError as error:
        print(error)
print(None.__ne__(None), None.__ne__(0), None.__eq__(None))
