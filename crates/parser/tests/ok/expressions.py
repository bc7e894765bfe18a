a or b and not c
a if b else c if d else e
lambda: a
lambda a, b=1, /, *c, d, e=2, **f: g
lambda *, a: (yield)
a < b <= c == d != e > f >= g is h is not i in j not in k
a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
-a ** -b ** ~c
+a, -b, ~c, not d
await_ = a.b.c(d)(e)[f].g
a[b], a[b, c], a[b:c], a[:], a[::], a[b:c:d, e], a[*b], a[*b, c], a[b := c], a[()], a[b,]
a(), a(b), a(b, c,), a(*b, c, *d, e=f, *g, **h, i=j), a(b for b in c), a(b := c), a(*b, *c, **d, **e)
(), (a), (a,), (a, b), (*a, b), (a := b), ((a := b), c), (yield), (yield a, *b)
[], [a], [a, *b,], [a := b, c]
{}, {a}, {*a, b}, {a: b, **c, d: e,}, {a := b}
[a for b in c], {a for b, *c in d if e if f for g in h}, {a: b for c in d}, (a for b in c if d)
[a := b for c in d if (e := f)]
[x for x in (lambda: y, z)] if 0 else 0
0, 1, 1_000, 0x_FF, 0o17, 0b1_0, 00_0, 1., .5, 1e10, 1_0.0_1e-1_0, 1j, 1.5J, 12345678901234567890123456789
0xFFFFFFFFFFFFFFFFFFFF, 1e400, 0.1 + 1e-7, 1e16, 123456789.123
True, False, None, ...
1if 1else 2
x = yield
x = yield a, *b
x = *a, b
*a, b
a, = b
(a)(b)
(a.b).c
(a + b) * c
a if (b) else (c)
π = ﬁ = ª = 1
a.ﬁ(ﬁ=1)
x = (
    1,  # one

    2,
)
not not a
a = b if c else lambda d: e
{**a, 'b': c}
print(*a, sep='')
f(a)(b)(c=d)(**e)
a @ b
(a
 .b
 .c())
