def first[T](items: list[T]) -> T:
    return items[0]


print(first([3, 2]), first.__type_params__, first.__annotations__)


class Stack[T, *Ts, **P]:
    def __init__(self): self.items: list[T] = []
    def push(self, x: T) -> None: self.items.append(x)


print(Stack.__type_params__, Stack[int, str, [bool]])
type Pair[A, B = int] = tuple[A, B]
print(Pair, Pair.__value__, Pair.__type_params__, Pair[str])
type Lazy = undefined_thing
print(Lazy.__name__)
try:
    Lazy.__value__
except NameError as e:
    print(e)


def later(x: NotYet) -> Also: pass


try:
    later.__annotations__
except NameError as e:
    print(e)
NotYet = int
Also = str
print(later.__annotations__)


class C:
    a: int
    b: "text" = 1
    c: list[C] = []


print(C.__annotations__)
def bounded[T: int, U: (str, bytes)](x: T, y: U): pass
print([(t.__bound__, t.__constraints__) for t in bounded.__type_params__])
