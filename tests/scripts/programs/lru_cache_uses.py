from functools import lru_cache, cache, reduce, partial, singledispatch, wraps
@lru_cache(maxsize=3)
def sq(x): print("compute", x); return x * x
print([sq(x) for x in (1, 2, 3, 1, 4, 2, 1)], sq.cache_info(), sq.__wrapped__(5)); sq.cache_clear(); print(sq.cache_info(), sq.cache_parameters())
@cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(100), fib.cache_info().currsize, reduce(lambda a, b: a * b, range(1, 6)), reduce(max, [3, 9, 2], 5), partial(int, base=16)("ff"))
@singledispatch
def show(x): return f"object {x}"
@show.register
def _(x: int): return f"int {x}"
@show.register(list)
def _(x): return f"list of {len(x)}"
print(show("a"), show(5), show([1, 2]), show(True), show.dispatch(float).__name__)
def deco(f):
    @wraps(f)
    def w(*a): return f(*a)
    return w
@deco
def named(): "doc"
print(named.__name__, named.__doc__, named.__wrapped__.__name__)
try: reduce(max, [])
except TypeError as e: print(e)
try: sq([])
except TypeError as e: print(e)
