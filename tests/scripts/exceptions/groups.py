eg = ExceptionGroup("top", [ValueError(1), TypeError("t"), ExceptionGroup("sub", [ValueError(2), KeyError("k")])])
print(repr(eg), eg.message, len(eg.exceptions), str(eg))
print(repr(eg.subgroup(ValueError)), repr(eg.subgroup(OSError)))
match_, rest = eg.split(ValueError)
print(repr(match_), repr(rest))
print(repr(eg.subgroup(lambda e: isinstance(e, KeyError))))
print(repr(eg.derive([ValueError(9)])))
try:
    raise eg
except* ValueError as g:
    print("values", repr(g))
except* (TypeError, KeyError) as g:
    print("others", repr(g))
else:
    print("not")
finally:
    print("fin")
try:
    raise ValueError("bare")
except* ValueError as g:
    print("wrapped", repr(g))
try:
    try:
        raise ExceptionGroup("x", [OSError("o"), ValueError("v")])
    except* ValueError:
        pass
except ExceptionGroup as e:
    print("left", repr(e))
try:
    try:
        raise ExceptionGroup("x", [ValueError("v")])
    except* ValueError:
        raise RuntimeError("new")
except* RuntimeError as e:
    print(repr(e), repr(e.exceptions[0].__context__))
try:
    pass
except* Exception:
    print("no")
else:
    print("else")
for args in (("m", []), ("m", [1]), ("m", ValueError()), ("m",), (1, [ValueError()])):
    try:
        print(repr(ExceptionGroup(*args)))
    except Exception as e:
        print(type(e).__name__, e)
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
try:
    ExceptionGroup("b", [KeyboardInterrupt()])
except TypeError as e:
    print(e)


class MyGroup(ExceptionGroup):
    def derive(self, excs): return MyGroup(self.message, excs)


print(repr(MyGroup("mine", [ValueError(1), KeyError(2)]).split(KeyError)))
