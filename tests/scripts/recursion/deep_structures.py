class Node:
    __slots__ = ("next",)
    def __init__(self, next): self.next = next
head = None
for _ in range(200_000): head = Node(head)
n, count = head, 0
while n: n, count = n.next, count + 1
print(count)
del head, n
def gen(n):
    if n: yield from gen(n - 1)
    yield n
print(sum(gen(200)))
f = lambda x: x
for _ in range(300): f = (lambda g: lambda x: g(x) + 1)(f)
print(f(0))
class Chain(Exception): pass
e = None
for i in range(1000):
    new = Chain(i); new.__cause__ = e; e = new
print(e, e.__cause__.__cause__)
src = "(" * 50 + ")" * 50
print(eval(src))
for text in ("(" * 5000, "[" * 5000 + "]" * 5000, "-" * 100_000 + "1", "a" + ".b" * 100, "f(" * 3000 + ")" * 3000, "not " * 100_000 + "1", "1" + "+1" * 5000, "x = " * 2000 + "1", "lambda: " * 3000 + "1", "if 1:\n" + " if 1:\n  pass\n" * 100):
    try: compile(text, "deep", "exec")
    except (SyntaxError, MemoryError, RecursionError): pass
    print("survived", text[:5])
cls = object
for i in range(60): cls = type(f"C{i}", (cls,), {"m": (lambda c: lambda self: i)(i)})
print(len(cls.__mro__), cls().m())
