def read(lines):
    for line in lines:
        yield line.strip()


def grep(pattern, it):
    return (l for l in it if pattern in l)


def numbered(it, start=1):
    for n, x in enumerate(it, start):
        yield f"{n}: {x}"


def window(it, size):
    buf = []
    for x in it:
        buf.append(x)
        if len(buf) == size:
            yield tuple(buf)
            buf.pop(0)


def primes():
    sieve = {}
    n = 2
    while True:
        if n not in sieve:
            yield n
            sieve[n * n] = [n]
        else:
            for p in sieve.pop(n):
                sieve.setdefault(n + p, []).append(p)
        n += 1


def take(n, it):
    for _ in range(n):
        try:
            yield next(it)
        except StopIteration:
            return


text = ["alpha one\n", "beta two\n", "gamma one\n"]
print(list(numbered(grep("one", read(text)))))
print(list(window(range(5), 3)))
print(list(take(10, primes())))


def coroutine_average():
    total, count, avg = 0, 0, None
    while True:
        value = yield avg
        if value is None: return avg
        total += value
        count += 1
        avg = total / count


c = coroutine_average()
next(c)
print(c.send(10), c.send(20), c.send(3))
try:
    c.send(None)
except StopIteration as e:
    print("final", e.value)


def permutations(xs):
    if not xs: yield []
    for i in range(len(xs)):
        for p in permutations(xs[:i] + xs[i + 1:]):
            yield [xs[i], *p]


print(sum(1 for _ in permutations([1, 2, 3, 4])), next(permutations("abc")))
gen = (print("lazy", x) or x for x in range(3))
print("nothing yet")
print(next(gen))
x = [10]
lazy = (v + x[0] for v in x)
x[0] = 100
print(list(lazy))
try:
    bad = (1 / y for y in undefined_iterable)
except NameError as e:
    print(e)
