for a, b in ((7, 3), (-7, 3), (7, -3), (-7, -3), (7.5, 2), (-7.5, 2), (True, 2), (2 ** 70, 3), (0, 5)):
    print(a, b, a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b))
print(2 ** 10, 2 ** -1, (-2) ** 3, -2 ** 2, 2 ** 0.5, 0 ** 0, 10 ** 20, (-8) ** (1 / 3))
print(7 & 3, 7 | 8, 7 ^ 2, ~7, 1 << 10, 1024 >> 3, -1 >> 1, -5 & 0xFF, -5 | 2, 5 ^ -3)
print(True + True, True & False, True | 2, True ^ True, ~True if False else "skip", not True)
print(1 + 2 * 3 - 4 / 2 ** 2 % 3, (1 + 2) * 3, -3 ** 2, 2 ** 3 ** 2, not 1 == 2, 1 if 2 > 1 else 0)
print("a" * 3, [1, 2] * 2, (0,) * 3, "ab" + "cd", 3 * "x", -1 * [1], "%s-%s" % (1, 2))
print(10 // 3 * 3 + 10 % 3, 1e3 // 7, -1 // 2, -1 % 2, 5.5 % -2, 1 // 1.0)
import operator as op
print(op.add(1, 2), op.itemgetter(1, 0)("ab"), op.attrgetter("real")(5), op.methodcaller("upper")("x"), op.concat([1], [2]), op.index(True), op.truth([]), op.contains("abc", "b"), op.countOf([1, 1, 2], 1), op.indexOf([5, 6], 6))
print(abs(-5), abs(-5.5), abs(3 + 4j), round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1e300), pow(2, 10, 1000), pow(3, -1, 7))
print(min(3, 1, 2), max([4, 9, 2]), min("b", "a"), max({}, default="none"), sum([0.1] * 10), sum([[1], [2]], []), min([1, -2], key=abs))
print(3 .real, (3).imag, 3 .numerator, 3.0.is_integer(), (6).bit_length(), (255).bit_count(), 5 .conjugate())
