def count(n):
    print("start")
    for i in range(n):
        got = yield i
        if got: print("got", got)
    print("end")
    return "result"


g = count(3)
print(type(g).__name__, g.gi_running, g.gi_frame is not None, g.__name__)
print(next(g))
print(g.send("hello"))
print(next(g))
try:
    next(g)
except StopIteration as e:
    print("stop", e.value)
print(g.gi_frame, list(g))
try:
    next(g)
except StopIteration as e:
    print(e.value)


def squares():
    n = 0
    while True:
        yield n * n
        n += 1


from itertools import islice
print(list(islice(squares(), 6)))
g = count(1)
try:
    g.send("early")
except TypeError as e:
    print(e)
print([x for x in count(2)], sum(x for x in range(5)), max((x * 7 % 5 for x in range(5))))
a, *b = (c.upper() for c in "xyz")
print(a, b, tuple(count(2)), dict((k, k * 2) for k in range(3)))
print("in", 4 in squares(), any(x > 3 for x in squares()))
print(iter(g) is g, "".join(c for c in "abc" if c != "b"))
