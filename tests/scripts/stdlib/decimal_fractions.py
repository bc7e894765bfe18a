from decimal import *
from fractions import Fraction as F
print(Decimal("1.1") + Decimal("2.2"), Decimal(1) / 3, Decimal("1.50") * 2, Decimal(10).sqrt(), Decimal("2") ** 10, Decimal("1e5"), repr(Decimal("-0")), Decimal("1.2345").quantize(Decimal("0.01")), Decimal("2.675").quantize(Decimal(".01"), ROUND_HALF_UP), round(Decimal("2.5")), int(Decimal("7.9")), Decimal("NaN"), Decimal("inf") > 5, Decimal(0.1), f"{Decimal('1234.5'):,.2f}", Decimal("1.10").normalize(), Decimal("5") % 3, -Decimal(5) // 2, Decimal("1.1") == F(11, 10), hash(Decimal(2)) == hash(2), sorted([Decimal(2), 1, 1.5]), Decimal("12.34").as_tuple())
with localcontext() as c: c.prec = 5; print(Decimal(1) / 7, Decimal(2).sqrt())
for bad in ("Decimal(1) / 0", "Decimal('x')", "Decimal(0) / 0", "Decimal(-1).sqrt()", "Decimal(1) + 1.5"):
    try: print(eval(bad))
    except Exception as e: print(bad, type(e).__name__)
print(F(1, 3) + F(1, 6), F("0.25"), F(0.5), F(3, -6), F(7, 2) // 1, F(7, 2) % 1, -F(1, 2), F(1, 2) ** 2, F(4, 1), repr(F(1, 2)), float(F(1, 4)), int(F(7, 2)), round(F(7, 2)), F(1, 3) < F(1, 2), F(3.14159).limit_denominator(100), F(1, 2) + 1, F(1, 2) + 0.5, hash(F(1, 2)) == hash(0.5), F("3/4"), f"{F(1, 3):.3f}")
try: F(1, 0)
except ZeroDivisionError as e: print(e)
