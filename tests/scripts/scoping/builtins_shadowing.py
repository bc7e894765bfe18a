len_was = len
len = lambda x: "mine"
print(len([1]))
del len
print(len([1, 2]))
import builtins
builtins.brand_new = "visible everywhere"
print(brand_new)


def f(): return brand_new


print(f())
del builtins.brand_new
try:
    f()
except NameError as e:
    print(e)


def shadow(print=print, list=list):
    print(list("ab"))


shadow()
print(eval("len('abc')", {}))
try:
    eval("len('abc')", {"__builtins__": {}})
except NameError as e:
    print(e)
print(eval("x()", {"__builtins__": {"x": lambda: "custom"}}))
ns = {}
exec("y = 1", ns)
print("__builtins__" in ns, ns["y"])
True_ish = True
print(True_ish, None is None)
for name in ("abs", "print", "Exception", "int"):
    print(getattr(builtins, name).__name__, end=" ")
print()
print(__builtins__ is builtins)
