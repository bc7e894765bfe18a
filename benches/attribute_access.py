"""Reading and writing attributes of instances, classes, slots, properties."""


class Plain:
    kind = "plain"

    def __init__(self):
        self.a = 1
        self.b = 2
        self.c = 3


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = 2


class Derived(Plain):
    def __init__(self):
        super().__init__()
        self.d = 4


class Computed:
    def __init__(self):
        self._value = 0

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value = new & 0xFFFF


class Dynamic:
    def __getattr__(self, name):
        return len(name)


def run(n):
    plain, slotted, derived, computed, dynamic = Plain(), Slotted(), Derived(), Computed(), Dynamic()
    total = 0
    for i in range(n):
        plain.a = i
        plain.b += plain.a - plain.c
        slotted.a += slotted.b
        derived.d = derived.a + derived.c
        total += plain.b + slotted.a + derived.d
        if plain.kind is Derived.kind:
            total &= 0xFFFFFFFF
    for i in range(n // 4):
        computed.value = computed.value + i
        total += dynamic.missing + getattr(plain, "c") + hasattr(slotted, "z")
        setattr(plain, "c", i & 3)
    return total


print(run(2_200_000))
