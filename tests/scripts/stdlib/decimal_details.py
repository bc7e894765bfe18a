"""Decimal arithmetic: results, flags, messages."""
import decimal
import pickle
from decimal import Context, Decimal, getcontext, localcontext


def attempt(label, function):
    try:
        print(label, "->", repr(function()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


print(type(decimal.getcontext()).__module__, decimal.__libmpdec_version__)
for text in ("1.50", "-0", " 1_000 ", "١٢", "1e-7", "12E+3", "Infinity", "-sNaN12", "abc", "", "1e99999999999999999999"):
    attempt(repr(text), lambda: Decimal(text))
for value in (True, 10**40, 0.1, -2.5e-300, (1, (3, 1, 4), -2), [0, (), "n"], (2, (1,), 0), (0, (12,), 0), None, {}):
    attempt(repr(value), lambda: Decimal(value))

print("— operators")
a, b = Decimal("123.45"), Decimal("-0.6")
for symbol in "+ - * / // % **".split():
    attempt(f"a {symbol} 3", lambda: eval(f"a {symbol} 3"))
    attempt(f"b {symbol} a", lambda: eval(f"b {symbol} a"))
attempt("divmod", lambda: divmod(a, b))
attempt("pow", lambda: pow(Decimal(7), 100, 13))
attempt("float", lambda: a + 1.5)
attempt("== float", lambda: (Decimal("0.5") == 0.5, Decimal("0.1") == 0.1, Decimal(1) < 1.5))
attempt("division", lambda: Decimal(1) / 0)
attempt("undefined", lambda: Decimal(0) / 0)
attempt("nan", lambda: Decimal("nan") < 1)
attempt("round", lambda: (round(Decimal("2.5")), round(Decimal("2.675"), 2), int(Decimal("-7.9"))))

print("— functions")
with localcontext(prec=40) as context:
    for name in ("exp", "ln", "log10", "sqrt"):
        for text in ("2", "0.5", "1e-30", "1.000000000000000000001", "10", "123456789.123456789"):
            attempt(f"{name} {text}", lambda: getattr(Decimal(text), name)())
    attempt("power", lambda: Decimal("1.1") ** Decimal("2.5"))
    attempt("root", lambda: Decimal(4) ** Decimal("0.5"))
    print(sorted(signal.__name__ for signal, flag in context.flags.items() if flag))

print("— contexts")
for mode in (name for name in dir(decimal) if name.startswith("ROUND_")):
    context = Context(prec=3, rounding=mode)
    print(mode, *(context.create_decimal(text) for text in ("1.2345", "1.235", "-1.245", "9.999", "1.005")))
small = Context(prec=5, Emin=-10, Emax=10, clamp=1, traps=[])
for text in ("1e-12", "123456e-15", "9.99999e10", "1e9", "0e50", "-0e-50"):
    small.clear_flags()
    number = small.create_decimal(text)
    print(text, repr(number), [signal.__name__ for signal, flag in small.flags.items() if flag])
attempt("repr", lambda: small)
attempt("prec", lambda: setattr(small, "prec", 0))
attempt("rounding", lambda: setattr(small, "rounding", "UP"))
attempt("flags", lambda: setattr(small, "flags", []))
attempt("signal", lambda: small.flags[5])
attempt("delete", lambda: delattr(small, "Emax"))
attempt("pickle", lambda: pickle.loads(pickle.dumps(small)))
attempt("pickle", lambda: pickle.loads(pickle.dumps(Decimal("-1.50"))))
attempt("hash", lambda: hash(Decimal("0.5")) == hash(0.5) and hash(Decimal(10**50)) == hash(10**50))
attempt("ratio", lambda: Decimal("-3.25").as_integer_ratio())
attempt("tuple", lambda: Decimal("-3.25").as_tuple())

print("— formats")
for spec in ("", ".2f", ",.1f", "020,.2f", "+.3e", "G", ".2%", "*^15", "z.0f", "n", "_.2f", "x"):
    attempt(spec, lambda: format(Decimal("-1234567.891"), spec))
print(getcontext())
