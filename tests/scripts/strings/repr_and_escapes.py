for s in ("plain", "it's", 'say "hi"', "both ' and \"", "tab\t", "nl\n", "cr\r", "\\", "\x00", "\x1f", "\x7f", "\x80", "é", "\u200b", "\u2028", "😀", "\ud800", "\u0378", "\xa0", "\xad", "中文", "\U0010ffff", "\x85", "a\x0bb"):
    print(repr(s), ascii(s), len(s))
print("\a\b\f\v\101\x41\u0041\N{LATIN SMALL LETTER A}\N{BULLET}\
joined", r"raw\n", b"bytes\x00\xff\t'", rb"\d", R"\Q", u"u")
print("""triple
"quotes" 'inside' \
continued""", '''a"""b''', "implicit " 'concat' r"\raw")
print(repr("a" * 5 + "\n"), repr(b"\x00\x7f\x80'\""), repr(bytearray(b"x'")), str(b"abc"), ascii(["é", {"ü": "ñ"}]), repr([("a", "'")]), ascii("\U0001f600"))
print(["a", 'b"', "c'"], ("x",), {"k\n": "v\t"}, {"'"}, repr(repr("'")))
class R:
    def __repr__(self): return "<é>"
    def __str__(self): return "str"
print(R(), [R()], ascii(R()), f"{R()!a} {R()!r} {R()!s} {R()}", "%s %r %a" % (R(), R(), R()), str([R()]), {R().__str__(): R()})
class Bad:
    def __repr__(self): return 5
try:
    repr(Bad())
except TypeError as e:
    print(e)
try:
    str(type("B", (), {"__str__": lambda s: None})())
except TypeError as e:
    print(e)
l = [1]; l.append(l); print(l)
d = {}; d["self"] = d; print(d)
t = ([],); t[0].append(t); print(t)
s = [{1: [2]}]; s[0][1].append(s); print(s)
print(str(), str(5), str(None), str(b"x", "ascii"), str(object=1.5), str(b"\xff", errors="replace", encoding="utf-8"))
