x = 10
x += 5; print(x)
x -= 3; print(x)
x *= 2; print(x)
x //= 5; print(x)
x **= 3; print(x)
x %= 7; print(x)
x <<= 4; print(x)
x >>= 1; print(x)
x |= 5; print(x)
x &= 12; print(x)
x ^= 3; print(x)
x /= 4; print(x)
l = [1]
m = l
l += [2]
l *= 2
print(l, m is l)
t = (1,)
u = t
t += (2,)
print(t, u)
s = "a"
s *= 3
print(s)


class Acc:
    def __init__(self): self.log = []
    def __iadd__(self, other):
        self.log.append(other)
        return self
    def __add__(self, other): return "add"
    def __matmul__(self, other): return ("mat", other)


a = Acc()
a += 1
a += 2
print(a.log)
a @= 5
print(a)
d = {"k": [1]}
d["k"] += [2]
d["k"][0] += 10
print(d)
calls = []


def index():
    calls.append("i")
    return 0


d["k"][index()] += 1
print(d, calls)
t = ([],)
try:
    t[0] += [1]
except TypeError as e:
    print(e, t)
