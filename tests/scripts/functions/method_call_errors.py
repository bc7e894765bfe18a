calls = """"a".join([1])
"a".split("")
"abc".index("z")
"a".encode("nope")
"\\xff".encode("ascii")
b"\\xff".decode("ascii")
b"\\xff".decode("utf-8")
"a" + 1
1 + "a"
"a" * "b"
[] + ()
[1].index(2)
[1].remove(3)
[].pop()
[1].pop(5)
{}.popitem()
set().pop()
{1: 2}["x"]
{}[[]]
{1}.remove(5)
(1, 2)[5]
[1]["a"]
"abc"[1.5]
"abc"["x"]
(1).x
None.foo
None()
None[0]
(5)()
[](1)
len.foo
"a" % 1
"%d" % "x"
"%s %s" % 1
"%z" % 1
"{}".format()
"{0.x}".format(1)
"{a}".format()
"{:q}".format(1)
"{!z}".format(1)
"{".format()
"a".center("b")
"a".replace(1, 2)
[3, 1, "x"].sort()
[1].sort(5)
[1, 2].insert(1)
{}.update(5)
{}.update([1])
{}.fromkeys()
b"a".join(["x"])
bytearray(b"a").append(300)
int.from_bytes([1], "middle")
(1).to_bytes(0, "big")
(-1).to_bytes(1, "big")
(1.5).as_integer_ratio(1)
float("inf").as_integer_ratio()
int(float("nan"))
int(float("inf"))
1 << -1
1 // 0
1 % 0
1.0 / 0
1.0 // 0
0 ** -1
0.0 ** -1
2 ** "a"
~1.5
-"a"
not_defined
1 @ 2
[].nope
list.nope
1 < None
max(1, "a")
"x" in 5
5 in "abc"
del_me.x
"a".format_map(1)
str.join(1, 2)
int.__add__("a", 1)
[].__getitem__("a")
"abc".startswith(1)
"abc".startswith(("a", 1))
"a".zfill()
"a".translate()
(1, 2).count()
range(5).index(9)
range(5)[9]
memoryview(1)
frozenset({1}).add
""" 
for line in calls.splitlines():
    try:
        print(line, "=>", eval(line))
    except Exception as e:
        print(line, "->", type(e).__name__, e)
