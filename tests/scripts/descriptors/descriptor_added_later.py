# An attribute that has been looked up often becomes a descriptor, or its metaclass gets one of that name.
class Value:
    pass


class Holder:
    shared = Value()
    hidden = Value()

    def __init__(self):
        self.hidden = 1


class Meta(type):
    pass


class Classy(metaclass=Meta):
    attribute = 1


def of_instance(o):
    return o.hidden


def of_class():
    return type(Holder.shared).__name__


def of_metaclass():
    return Classy.attribute


holder = Holder()
for _ in range(100):
    of_instance(holder), of_class(), of_metaclass()
print(of_instance(holder), of_class(), of_metaclass())
Value.__get__ = lambda self, instance, owner: "got"
print(of_instance(holder), of_class())
Value.__set__ = lambda self, instance, value: print("set", value)
print(of_instance(holder), of_class())
holder.hidden = 2
Meta.attribute = property(lambda cls: "from the metaclass")
print(of_metaclass())
del Meta.attribute, Value.__set__
print(of_instance(holder), of_metaclass())
