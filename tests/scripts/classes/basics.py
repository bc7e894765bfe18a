class Point:
    """A point."""
    count = 0

    def __init__(self, x, y=0):
        self.x, self.y = x, y
        Point.count += 1

    def __repr__(self): return f"Point({self.x}, {self.y})"
    def __eq__(self, other):
        if not isinstance(other, Point): return NotImplemented
        return (self.x, self.y) == (other.x, other.y)
    def __hash__(self): return hash((self.x, self.y))
    def __add__(self, o): return Point(self.x + o.x, self.y + o.y)
    @classmethod
    def origin(cls): return cls(0, 0)
    @staticmethod
    def helper(a): return a * 2
    @property
    def norm2(self): return self.x ** 2 + self.y ** 2


p, q = Point(3, 4), Point(3, y=4)
print(p, p == q, p is q, p != Point(0), hash(p) == hash(q), {p: 1}[q])
print(p + q, Point.origin(), Point.helper(4), p.helper(5), p.norm2, Point.count)
print(Point.__name__, Point.__doc__, Point.__module__, Point.__bases__, Point.__mro__)
print(p.__dict__, p.__class__ is Point, type(p) is Point, isinstance(p, object))
print(p == 5, p.__eq__(5))
m = p.__add__
print(m.__self__ is p, m.__func__ is Point.__add__, m(q))
p.extra = 1
print(vars(p))
try:
    p.norm2 = 1
except AttributeError as e:
    print(e)
try:
    p.missing
except AttributeError as e:
    print(e, e.name, e.obj is p)
try:
    Point.missing
except AttributeError as e:
    print(e)
try:
    Point()
except TypeError as e:
    print(e)
try:
    p()
except TypeError as e:
    print(e)
