x = 1


def set_global():
    global x, fresh
    x = 2
    fresh = "made"


set_global()
print(x, fresh)


def unbound():
    try:
        print(x)
    except UnboundLocalError as e:
        print(e)
    x = 3


unbound()


def shadow():
    x = 10
    def inner():
        global x
        x = 20
        return x
    return inner(), x


print(shadow(), x)


class C:
    global y
    y = "from class"
    def m(self): return y


print(y, C().m(), hasattr(C, "y"))


def loops():
    for i in range(3): pass
    return i


print(loops())


def comp_scope():
    i = "kept"
    squares = [i * i for i in range(3)]
    return i, squares


print(comp_scope())


def dyn():
    exec("z = 5")
    try:
        return z
    except NameError as e:
        return str(e)


print(dyn())
ns = {"a": 1}
exec("b = a + 1\ndef f(): return a + b", ns)
print(ns["b"], ns["f"]())
print(eval("a * 10", {"a": 4}), eval("a + c", {"a": 1}, {"c": 2}))


def except_scope():
    e = "before"
    try:
        1 / 0
    except ZeroDivisionError as e:
        pass
    try:
        return e
    except UnboundLocalError as err:
        return str(err)


print(except_scope())
