print("{} {}".format(1, 2), "{1} {0}".format("a", "b"), "{x} {y}".format(x=1, y=2), "{0[1]} {0[2]}".format([1, 2, 3]), "{a[k]} {a[0]}".format(a={"k": "v", 0: "zero"}), "{0.real} {0.imag}".format(3 + 4j), "{{}} {{{0}}}".format(5))
print("{:>5}|{:<5}|{:^5}|{:*^7}|{:=+5}".format("a", "b", "c", "d", 5), "{:{w}.{p}f}".format(3.14159, w=10, p=2), "{:{}}".format("x", 4), "{!r} {!s} {!a}".format("é", "é", "é"), "{0!r:>10}".format("x"))
print("{:d} {:b} {:o} {:x} {:X} {:#x} {:#b} {:c} {:n} {:e} {:f} {:g} {:%}".format(10, 10, 10, 255, 255, 255, 5, 65, 1000, 1234.5, 1.5, 0.00001, 0.25))
print("{:,} {:_} {:,.2f} {:_x} {:020,d} {:+,} {:,}".format(1234567, 1234567, 1234567.891, 0xFFFFFFFF, 12345, 1000, 999), "{:010.3f} {:<010} {:=10}|{:^+10.1f}|".format(-3.14159, 5, -5, 2.25))
print("{:s} {:.2} {:10.3}|{:>{}}".format("str", "abc", "abcdef", "z", 3), "{:}".format([1]), "{}".format(None), "{0}{0}{1}".format("ab", 1), "{:%Y}".format(__import__("datetime").date(2026, 1, 2)))
print(format(5), format(5, "03"), format("a", ">3"), format(1.5, ".0f"), format(True), format(True, "d"), format(None), format(2.5, "+.3e"), format(0.1, ".20f"), format(1e10, "g"), format(123456789, ".3g"), format(-0.0, "z.1f"), format(1234.5, ",.1f"), format(5, "c") == "\x05")
print("{a.b[c].d}".format(a=type("A", (), {"b": {"c": type("D", (), {"d": "deep"})}})), "{0:{1}{2}{3}}".format(5, "*", "^", 7), "{:!>5}".format(1), "{:}}>5}".format(1) if False else "-", "{:{fill}>4}".format(7, fill="0"))
class F:
    def __format__(self, spec): return f"[{spec}]"
print("{:abc} {}".format(F(), F()), f"{F():x{1 + 1}y}", format(F(), "q"))
class M(dict):
    def __missing__(self, k): return f"<{k}>"
print("{a} {b}".format_map(M(a=1)), "{x}".format_map({"x": 1}))
for t in ("{", "}", "{}{0}", "{0}{}", "{:d}", "{!x}", "{0.}", "{0[}", "{0[]}", "{:>>5}", "{:10.2d}", "{:,s}", "{a}", "{5}", "{:.5d}", "{0!}", "{:5x}", "{:+}", "{:=5}", "{0.nope}", "{0[9]}", "{0!r:^{}}", "{:,_}", "{:#s}", "{:.f}"):
    try:
        print(t.format("s"))
    except Exception as e:
        print(repr(t), type(e).__name__, e)
for v, spec in ((1.5, "d"), (5, ".2"), ("x", "d"), ([], "5"), (None, "s"), (5, "s"), (1.5, "x"), (5, "c1"), (10 ** 8, "c"), (1j, "=5"), ("a", "="), (5, "1_000"), (1.0, ",_"), (object(), "x")):
    try:
        print(format(v, spec))
    except Exception as e:
        print(type(v).__name__, spec, type(e).__name__, str(e).split(" at 0x")[0])
