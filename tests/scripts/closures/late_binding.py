def adders():
    return [lambda n, k=k: n + k for k in range(3)], [lambda n: n + k for k in range(3)]


a, b = adders()
print([f(10) for f in a], [f(10) for f in b])


def memoize(fn):
    cache = {}
    def wrapper(*args):
        if args not in cache:
            cache[args] = fn(*args)
        return cache[args]
    wrapper.cache = cache
    return wrapper


@memoize
def grid(m, n): return 1 if m == 0 or n == 0 else grid(m - 1, n) + grid(m, n - 1)


print(grid(15, 15), len(grid.cache))


def pipeline():
    state = {"n": 0}
    def step(f):
        def run(x):
            state["n"] += 1
            return f(x)
        return run
    return step, state


step, state = pipeline()
double = step(lambda x: x * 2)
inc = step(lambda x: x + 1)
print(double(inc(double(5))), state)


def curry(f, n):
    def take(args):
        return lambda x: f(*args, x) if len(args) + 1 == n else take((*args, x))
    return take(())


print(curry(lambda a, b, c: (a, b, c), 3)(1)(2)(3))


def gen_closure():
    total = 0
    def add(it):
        nonlocal total
        for x in it:
            total += x
            yield total
    return add


print(list(gen_closure()(range(5))))


def accum():
    values = []
    return values.append, lambda: values[:]


push, snap = accum()
push(1); push(2)
print(snap())
