sources = """x = = 1
1 +
def f(:
    pass
if True
    pass
for x in
while
class
(1, 2
[1, 2)
{1: 2, 3}
{1, 2: 3}
f(**a, *b)
f(a for a in b, c)
def f(a=1, b): pass
def f(*): pass
def f(**k, a): pass
def f(a, /, b, /): pass
lambda *: 1
x + 1 = 2
f() = 1
"a" = 1
None = 1
True = 2
(a, 1) = 2
[a, f()] = 2
x = 1 = 2
del f()
del 1
a += b += 1
(a, b) += 1
x: int: str
return
yield 1
await x
break
continue
import
from x import
from . import *, a
from x import (a, b
import a.b as
print x
exec "x"
a b
1a
0777
1__0
0b12
0xg
1_
'abc
'''abc
f'{'
f'{}'
f'{a b}'
f'{a!x}'
f'}'
f'{a:{b:{c}}}'
b'é'
\\ 
a \\ b
$
?
a ? b : c
a && b
a || b
!a
a ++
x++
a <> b
try: pass
try:
    pass
except* : pass
try:
    pass
finally
raise from x
assert
assert (1, 2)
with open(x) as 1: pass
with a as f(): pass
for 1 in x: pass
for f() in x: pass
[x for 1 in y]
[x, y for x in z]
(x for x in y) = 1
global x, 
def f():
    x = 1; global x
def f():
    nonlocal y
nonlocal x
async x
async def f(): yield from x
def f(): await x
class A: return 1
match x:
    case a | b: pass
match x:
    case {**r, 'a': 1}: pass
match x:
    case a: pass
    case b: pass
match x:
    case [*a, *b]: pass
match x:
    case C(a=1, 2): pass
match x:
    case 1 + 1: pass
@
@a
x
  x = 1
if 1:
pass
if 1:
    a
  b
def f(a, a): pass
f(a=1, a=2)
f(a.b=1)
f(1=2)
f(True=1)
f(a, b=1, c)
x = {**a, b}
*a
*a = 1
a, *b, *c = d
x = *a
del *a
yield = 1
def f(): (yield) = 1
x := 1
(x.y := 1)
[i := 0 for i in x]
(x := 1, y := 2) = 3
from __future__ import nope
from __future__ import braces
x = (yield)
type X = 
type 1 = 2
def f[T](x): pass
class A[T, T]: pass
def f[*T = 1](): pass
def f[T=int, U](): pass
else: pass
elif x: pass
except: pass
case 1: pass
None.x = 1
__debug__ = 1
def __debug__(): pass
"\\N{nope}"
"\\x1"
"\\u12"
b"\\x1"
if x = 1: pass
while x = 1: pass
print(a=)
print(,)
f(,)
[,]
{,}
(,)
x = [1 2]
x = {1 2}
x = (1 2)
f(1 2)
a.1
a.
a[
a[]
not
x if y
x if y else
lambda
in x
is x
x not y
"""
import re, warnings
warnings.simplefilter("ignore")
for chunk in re.split(r"\n(?! )(?=\S)", sources.strip("\n")):
    try:
        compile(chunk + "\n", "<s>", "exec")
        print(repr(chunk), "ok")
    except SyntaxError as e:
        print(repr(chunk), type(e).__name__, e.msg, (e.lineno, e.offset, e.end_lineno, e.end_offset), repr(e.text))
    except Exception as e:
        print(repr(chunk), type(e).__name__, e)
