# What subscribing a class gives, and which classes it is refused for.
def tr(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e),e)
tr(lambda: type[int]); tr(lambda: type[int,str]); tr(lambda: type[()])
class M(type): pass
tr(lambda: M[int]); tr(lambda: M('x',(),{})[int])
class N: __class_getitem__=None
tr(lambda: N[int])
class O:
    def __class_getitem__(cls,k): return k
tr(lambda: O[3])
class MM(type):
    def __getitem__(cls,k): return ('meta',k)
class P(metaclass=MM): pass
tr(lambda: P[1]); tr(lambda: MM[1])
tr(lambda: int[3]); tr(lambda: type.__getitem__); tr(lambda: type.__class_getitem__)
tr(lambda: type[int].__origin__)
x: type[int] = int
