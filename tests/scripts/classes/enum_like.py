from enum import Enum, IntEnum, Flag, auto, unique


class Color(Enum):
    RED = 1
    GREEN = auto()
    BLUE = 10
    ALIAS = 1
    def pretty(self): return self.name.title()


print(Color.RED, repr(Color.GREEN), Color(10), Color["BLUE"], Color.ALIAS is Color.RED)
print(list(Color), len(Color), Color.RED.pretty(), Color.RED == 1, Color.RED in Color)
try:
    Color(99)
except ValueError as e:
    print(e)
try:
    Color.RED = 5
except AttributeError as e:
    print(e)


class N(IntEnum):
    A = 1
    B = 2


print(N.A + N.B, N.A < N.B, sorted([N.B, N.A]), f"{N.A}", int(N.B))


class P(Flag):
    R = auto()
    W = auto()
    X = auto()


print(P.R | P.W, repr(P.R | P.X), P.R in (P.R | P.W), ~P.R, P(0), P(7), (P.R | P.W) & P.W)
try:
    @unique
    class D(Enum):
        A = 1
        B = 1
except ValueError as e:
    print(e)
match Color.GREEN:
    case Color.RED:
        print("red")
    case Color.GREEN:
        print("matched green")
