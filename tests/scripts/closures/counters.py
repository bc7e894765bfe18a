def counter(start=0):
    count = start
    def inc(by=1):
        nonlocal count
        count += by
        return count
    def get(): return count
    return inc, get


inc, get = counter(10)
print(inc(), inc(5), get())
inc2, get2 = counter()
print(inc2(), get2(), get())
print(inc.__closure__[0].cell_contents, inc.__code__.co_freevars)


def make():
    fns = []
    for i in range(3):
        def f(): return i
        fns.append(f)
    return fns


print([f() for f in make()])


def delayed():
    def use(): return later
    try:
        use()
    except NameError as e:
        print(type(e).__name__, e)
    later = 5
    return use()


print(delayed())


def three():
    x = "outer"
    def mid():
        def inner():
            nonlocal x
            x = "changed"
        inner()
        return x
    return mid(), x


print(three())
try:
    def cell():
        def g(): return v
        c = g.__closure__[0]
        try:
            c.cell_contents
        except ValueError as e:
            print(e)
        v = 1
        c.cell_contents = 99
        return g()
    print(cell())
finally:
    pass
