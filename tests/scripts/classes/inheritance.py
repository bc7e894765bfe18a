class A:
    def who(self): return "A"
    def call(self): return self.who()


class B(A):
    def who(self): return "B" + super().who()


class C(A):
    def who(self): return "C" + super().who()


class D(B, C):
    def who(self): return "D" + super().who()


print(D().call(), [k.__name__ for k in D.__mro__])
print(issubclass(D, A), issubclass(A, D), isinstance(D(), (int, C)))
try:
    class X(A, B): pass
except TypeError as e:
    print(e)
try:
    class Y(A, A): pass
except TypeError as e:
    print(e)
try:
    class Z(5): pass
except TypeError as e:
    print(e)
try:
    class W(bool): pass
except TypeError as e:
    print(e)


class E(D):
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.e = super(D, self).who()


print(E().e, E.__base__, E.mro()[1:3])
print(A.__subclasses__(), sorted(k.__name__ for k in D.__bases__))


class MyList(list):
    def append(self, x):
        super().append(x * 2)


l = MyList([1])
l.append(5)
print(l, type(l + [1]), isinstance(l, list), len(l), MyList.__mro__[1])


class MyDict(dict):
    def __missing__(self, k): return f"<{k}>"


d = MyDict(a=1)
print(d["a"], d["b"], d.get("c"), d)


class MyStr(str):
    def shout(self): return self.upper() + "!"


s = MyStr("hi")
print(s.shout(), type(s + "x").__name__, s == "hi", hash(s) == hash("hi"), {s: 1}["hi"])


class MyInt(int):
    def __add__(self, o): return MyInt(int(self) + o + 100)


print(MyInt(5) + 1, type(MyInt(5) + 1).__name__, MyInt(3) * 2, MyInt("12"), repr(MyInt(4)))
