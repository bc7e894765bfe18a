class N:
    def __init__(self, name): self.name = name
    def __repr__(self): return self.name


for op in "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor".split():
    def make(op):
        def forward(self, o, *m): return f"{self}.{op}({o})"
        def reverse(self, o, *m): return f"{self}.r{op}({o})"
        def inplace(self, o): return f"{self}.i{op}({o})"
        return forward, reverse, inplace
    f, r, i = make(op)
    setattr(N, f"__{op}__", f)
    setattr(N, f"__r{op}__", r)
    setattr(N, f"__i{op}__", i)
n = N("n")
print(n + 1, 1 + n, n - 1, 1 - n, n * 2, 2 * n, n / 1, 1 / n, n // 1, 1 // n)
print(n % 1, 1 % n, n ** 2, 2 ** n, n @ 1, 1 @ n, n << 1, 1 << n, n >> 1, 1 >> n)
print(n & 1, 1 & n, n | 1, 1 | n, n ^ 1, 1 ^ n, "s" + n, "%s" % n, [1] + n, (1,) * n)
for stmt in ("+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "<<=", ">>=", "&=", "|=", "^="):
    ns = {"x": n}
    exec(f"x {stmt} 5", ns)
    print(ns["x"], end=" ")
print()


class Base:
    def __add__(self, o): return "Base.add"
    def __radd__(self, o): return "Base.radd"


class Sub(Base):
    def __radd__(self, o): return "Sub.radd"


print(Base() + Sub(), Sub() + Base(), Base() + Base(), Sub() + Sub())


class No:
    def __add__(self, o): return NotImplemented
    def __radd__(self, o): return NotImplemented
    __eq__ = __lt__ = __add__


for code in ("No() + 1", "1 + No()", "No() + No()", "No() < 1", "No() == 1", "No() - 1", "-No()", "~No()", "No()[0]", "No() @ 2", "divmod(No(), 1)", "No() ** 2", "abs(No())"):
    try:
        print(eval(code))
    except TypeError as e:
        print(code, "->", e)
