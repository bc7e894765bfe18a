x = [0, 1, 2, 3, 4, 5]
del x[0], x[-1]
print(x)
del x[1:3]
print(x)
d = {i: i * i for i in range(5)}
del d[0], d[4]
print(d)
del (d[1]), [d[2]]
print(d)


class A:
    pass


a = A()
a.x = 1
a.y = 2
del a.x
print(vars(a))
try:
    del a.x
except AttributeError as e:
    print(e)


def f():
    v = 1
    del v
    try:
        return v
    except UnboundLocalError as e:
        return str(e)


print(f())
try:
    del undefined_name
except NameError as e:
    print(e)
try:
    del d[99]
except KeyError as e:
    print(repr(e))
try:
    del x[50]
except IndexError as e:
    print(e)
try:
    del "abc"[0]
except TypeError as e:
    print(e)
del x
print("x" in globals())
