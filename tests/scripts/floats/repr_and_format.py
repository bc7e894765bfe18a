for x in (0.1, 1 / 3, 1e16, 1e15, 123456789.123, 1e-5, 1e-4, 0.0001234, 1e22, 1e23, 5e-324, 1.7976931348623157e308, 2.5, 100.0, 1e100, -0.0, float("inf"), float("-inf"), float("nan"), 0.1 + 0.2, 1.0, 123456789012345680.0, 3.14159):
    print(repr(x), str(x), f"{x:.3f}", f"{x:e}", f"{x:g}", f"{x:.10g}", f"{x:n}", f"{x:%}", f"{x:>12.2e}|")
print(float("1e5"), float(" 1.5 "), float("inf"), float("-Infinity"), float("nan"), float("1_0.5"), float("1e-400"), float("1e400"), float("0x1p3") if False else float.fromhex("0x1.8p3"))
print((1.5).hex(), (0.1).hex(), (-0.0).hex(), float("inf").hex(), float.fromhex("0x.1"), (0.1).as_integer_ratio(), (2.5).is_integer(), (1e10).is_integer())
print(round(0.5), round(1.5), round(2.5), round(0.15, 1), round(0.25, 1), round(2.675, 2), round(1e20, 2), round(-1.5), round(1234.567, -2), type(round(1.0)), type(round(1.0, 0)))
print(1e308 * 10, -1e308 * 10, 1e-308 / 1e10, float("inf") - float("inf"), float("inf") * 0, 0.0 * -1)
print(float("nan") != float("nan"), 0.0 == -0.0, 1.0 // 0.1, 1.0 % 0.1, -1.5 // 1, divmod(-1.5, 1), 5.0 // float("inf"), -5.0 // float("inf"), 5 % float("inf"), -5 % float("inf"))
print(hash(0.5), hash(1e300), hash(float("inf")), hash(float("-inf")), hash(-0.0), hash(2.0 ** 100), hash(1.5) == hash(3 / 2))
import math
print(math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.fmod(-7, 3), math.copysign(1, -0.0), math.isclose(0.1 + 0.2, 0.3), math.fsum([0.1] * 10), math.hypot(3, 4), math.modf(-1.25), math.frexp(10), math.ldexp(0.5, 4), math.sqrt(2), math.cbrt(8), math.log2(8), math.log10(1000), math.log(8, 2), math.exp(1), math.inf, math.nan, math.tau)
for e in ("0.1 + 0.7", "1e16 + 1", "0.1 * 3", "2 ** 0.5", "1e-10 + 1", "4.35 * 100", "1.1 + 2.2", "100 * 1.1", "1 / 49 * 49", "9007199254740993.0"):
    print(e, eval(e))
print(int(1e22), int(0.1 * 10 ** 18), float(2 ** 53 + 1), float(123456789012345678))
for bad in ("math.sqrt(-1)", "math.log(0)", "float('x')", "1.0 / 0", "math.floor(float('inf'))", "math.exp(1000)", "2.0 ** 10000", "math.factorial(-1)", "math.factorial(1.5)", "(0.0) ** -1", "math.fmod(1, 0)", "math.pow(0, -1)", "round(float('nan'))", "math.isqrt(-1)"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
