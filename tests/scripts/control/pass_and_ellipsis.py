def empty(): pass


def dots(): ...


class Nothing: ...


print(empty(), dots(), Nothing.__name__, ...)
print(Ellipsis is ..., type(...), repr(...))
for _ in range(2): pass
if True: pass
else: pass
print(__name__)
print(__doc__)
x: int
y: int = 3
print(y)
try:
    x
except NameError as e:
    print(e)
a = b = c = [1]
a.append(2)
print(b, c is a)
del a
try:
    a
except NameError as e:
    print(e)
assert True, "not shown"
try:
    assert 1 == 2, f"math {1 + 1}"
except AssertionError as e:
    print("assertion:", e)
try:
    assert ()
except AssertionError as e:
    print(repr(e))
