print(0b101, 0o17, 0xFF, 1_000_000, 0x_ff, 0b1_0, 00, 1e3, 1_0.5_0, .5, 5., 1e-3, 1E5, 0xdeadBEEF, 3j, 1.5J)
print(int(), int(3.99), int("12"), int(b"12"), int(True), bool(), float(), complex(), str(), bytes(), list(), tuple(), dict(), set(), frozenset())
print((5).__add__(3), (5).__radd__(3), (5).__floordiv__(2), (5).__eq__("x"), (5).__lt__(6), (5).__bool__(), (5).__hash__(), (5).__format__("03d"))
print((10).real, (10).imag, (10).numerator, (10).denominator, (10).as_integer_ratio(), (10).is_integer(), (-5).__abs__(), (5).__neg__(), (5).__invert__())
print(isinstance(True, int), issubclass(bool, int), True == 1, True is 1 if False else "-", type(True), bool("False"), bool(0.0), bool([0]))
print(repr(-0), 0 is -0 if False else 0, -0.0, 5 // -2, 5 % -2, int("-5"), int("+5"), int("٣"))
print(chr(97), ord("a"), chr(0x1F600), hex(-255), oct(-8), bin(-5), f"{-255:#x}", f"{255:#06x}", f"{5:+}", f"{5: }", f"{-5:08.2f}", f"{1234567:,}")
for bad in ("", " ", "1__0", "_1", "1_", "0x", "12a", "1.5", "0b2", "--1", "1 2"):
    try:
        print(int(bad, 0))
    except ValueError as e:
        print(e)
print(3 == 3.0, 3 == 3 + 0j, hash(3) == hash(3.0) == hash(3 + 0j), 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == float(2 ** 53), 10 ** 16 < 1e16 + 1)
class Idx:
    def __index__(self): return 5
print(hex(Idx()), list(range(Idx())), "abcdefgh"[Idx()], [0] * Idx(), int(Idx()), 1 << 3 if False else bin(Idx()))
class Trunc:
    def __int__(self): return 7
print(int(Trunc()), float(type("F", (), {"__float__": lambda s: 2.5})()))
try:
    int(type("B", (), {"__int__": lambda s: "x"})())
except TypeError as e:
    print(e)
