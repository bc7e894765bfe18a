"""Calls of methods, functions, builtins, with all kinds of arguments."""


class Shape:
    def __init__(self, size):
        self.size = size

    def area(self):
        return 0

    def scaled(self, factor, offset=0):
        return self.size * factor + offset

    @classmethod
    def unit(cls):
        return cls(1)

    @staticmethod
    def clamp(value, low, high):
        return low if value < low else high if value > high else value

    def __call__(self, x):
        return x + self.size


class Square(Shape):
    def area(self):
        return self.size * self.size


class Circle(Shape):
    def area(self):
        return 3 * self.size * self.size

    def scaled(self, factor, offset=0):
        return super().scaled(factor, offset) + 1


def spread(*args, **kwargs):
    return len(args) + len(kwargs)


def named(a, b=2, *, c=3):
    return a + b + c


shapes = [Square(2), Circle(3), Square(5)]
total = 0
for i in range(350_000):
    for shape in shapes:
        total += shape.area()
    shape = shapes[i % 3]
    total += shape.scaled(2) + shape.scaled(3, offset=i & 1) + shape(i & 7)
    total += Shape.clamp(i & 15, 3, 12) + Square.unit().size
    total += named(1) + named(1, 2, c=i & 3) + spread(1, 2, x=3) + spread(*shapes)
    total += max(i & 3, 2) + len(shapes) + abs(-3) + min(1, 2)
print(total)
