class Plugin:
    registry = {}

    def __init_subclass__(cls, /, key=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.key = key or cls.__name__.lower()
        Plugin.registry[cls.key] = cls


class Foo(Plugin): pass


class Bar(Plugin, key="custom"): pass


print({k: v.__name__ for k, v in Plugin.registry.items()})
try:
    class Baz(Plugin, unknown=1): pass
except TypeError as e:
    print(e)


class Descriptor:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = name


class Holder:
    a = Descriptor()
    b = Descriptor()


print(Holder.a.name)


class Item:
    def __class_getitem__(cls, k): return f"{cls.__name__}[{k!r}]"


print(Item[int], Item[1, "x"])
try:
    Plugin[0]
except TypeError as e:
    print(e)


class Bad:
    def __set_name__(self, owner, name): raise ValueError("bad name")


try:
    class Broken:
        x = Bad()
except ValueError as e:
    print(e, e.__notes__)


class MroEntries:
    def __mro_entries__(self, bases):
        print("mro_entries", len(bases))
        return (dict,)


class FromEntries(MroEntries()): pass


print(FromEntries.__bases__, FromEntries.__orig_bases__[0].__class__.__name__)
