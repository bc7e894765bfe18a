def inner():
    x = yield 1
    print("inner got", x)
    try:
        y = yield 2
    except ValueError as e:
        print("inner caught", e)
        y = "error"
    return ("inner result", y)


def outer():
    result = yield from inner()
    print("outer got", result)
    yield from [10, 20]
    yield from "ab"
    return (yield from empty())


def empty():
    return "empty result"
    yield


g = outer()
print(next(g), g.send("A"), g.gi_yieldfrom is not None)
print(g.throw(ValueError("v")))
print(list(g))


def chain(*its):
    for it in its: yield from it


print(list(chain([1], (2, 3), {4: 5}, "x")))


def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


print(list(tree(3)))


class It:
    def __iter__(self): return self
    def __next__(self):
        self.n = getattr(self, "n", 0) + 1
        if self.n > 2: raise StopIteration("from It")
        return self.n


def use():
    v = yield from It()
    print("value", v)


print(list(use()))
def bad(): yield from 5
try:
    next(bad())
except TypeError as e:
    print(e)
def sender(): yield from It()
s = sender()
next(s)
try:
    s.send(5)
except AttributeError as e:
    print(e)
d = sum(1 for _ in tree(10))
print(d)
