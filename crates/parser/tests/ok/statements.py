import a, b.c as d, e.f.g
from . import h
from .. import i as j, k
from ...l.m import (n, o as p,)
from q import *
x = 1; y = 2;
x = y = z = 0
x, *y = 1, 2, 3
[a, (b, *c)], d.e, f[0] = g
x += 1; x -= 1; x *= 1; x /= 1; x //= 1; x %= 1; x @= 1; x &= 1; x |= 1; x ^= 1; x <<= 1; x >>= 1; x **= 1
x: int
x: int = 1
(x): int = yield_
a.b: c = d
a[0]: (yield) = 1
del a, b.c, d[0], (e, [f, g])
assert a
assert a, b
global_ = nonlocal_ = None
if a: b
if a:
    b
elif c:
    d; e;
elif f: g
else:
    h
while a:
    break
else: continue_
for a in b: pass
for a, *b in *c, d:
    continue
else:
    pass
for (x) in y,: z
with a: b
with a as b, c as (d, e): f
with (a): b
with (a, b): c
with (a as b, c): d
with (a as b, c as d,): e
with (a, b) as c: d
with (yield): a
with (a := b): c
with (*a, b): c
with (a for a in b): c
with (a).b as c, d: e
with (a)(b), c: d
try:
    a
except: b
try:
    a
except A: b
except (B, C) as d: e
except D, E: f
else: g
finally:
    h
try: a
finally: b
try:
    a
except* A: b
except* B, C:
    c
except* (D, E) as f: g
raise
raise a
raise a from b
@a
@b.c(d)
@e[f]
@(g := h)
class A: pass
@a
def f(): pass
class B(A, *b, metaclass=c, **d):
    """doc"""
    x = 1
def f(a, b=1, /, c=2, *d, e, f=3, **g) -> h: return
def f(a, /): yield
def f(*, a): yield from b
def f(*a: *b, c: d = e): global x, y
def f(a, *, b=1,): nonlocal c
async def f():
    async for a in b: pass
    async with c as d, e: pass
    async with (f as g): await h
    return [i async for j in k if l async for m in n]
def g[T: int = str, *Ts = *a, **P = [b]](x: T) -> T: pass
class C[T: (int, str)](D[T]): pass
type X = int
type Y[T, *U, **V] = T | U
type = match = case = _ = 1
type(x); match(x); case(x)
match[x]: int
print(type); match.x = case
if x:

    # a comment
    y
  # another
z = \
    1 + \
    2
