def attempt(f):
    try:
        return f()
    except (ValueError, TypeError) as e:
        return f"first: {type(e).__name__}({e})"
    except LookupError as e:
        return f"lookup: {e!r}"
    except Exception as e:
        return f"other: {e!r}"
    finally:
        print("finally")


print(attempt(lambda: int("x")))
print(attempt(lambda: [][0]))
print(attempt(lambda: {}["k"]))
print(attempt(lambda: 1 / 0))
print(attempt(lambda: 5))


class AppError(Exception):
    def __init__(self, code, msg="m"):
        super().__init__(code, msg)
        self.code = code
    def __str__(self): return f"[{self.code}]"


class Sub(AppError): pass


try:
    raise Sub(7)
except AppError as e:
    print(e, repr(e), e.args, e.code, isinstance(e, Exception))
e1 = ValueError("a", 1)
print(str(e1), repr(e1), e1.args, ValueError(), repr(ValueError("x")), str(KeyError("k")), str(KeyError("a", "b")))
try:
    raise ValueError
except ValueError as e:
    print(repr(e), e.args)
for bad in ("raise 5", "raise int", "raise 'x'", "raise ValueError from 5", "raise"):
    try:
        exec(bad)
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
try:
    try:
        1 / 0
    except "notclass":
        pass
except TypeError as e:
    print(e)
try:
    try:
        1 / 0
    except (ValueError, 5):
        pass
except TypeError as e:
    print(e)
for cls in (StopIteration, KeyboardInterrupt, SystemExit, GeneratorExit, OSError, UnicodeError, ArithmeticError, RecursionError, ModuleNotFoundError, ExceptionGroup):
    print(cls.__name__, [b.__name__ for b in cls.__mro__[1:-1]])
