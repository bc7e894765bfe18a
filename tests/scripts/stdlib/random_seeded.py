import random
r = random.Random(42)
print([r.random() for _ in range(3)], [r.randint(1, 6) for _ in range(8)], r.choice("abcdef"), r.sample(range(100), 5), r.uniform(1, 2), r.gauss(0, 1), r.randrange(0, 100, 7), r.choices("ab", weights=[3, 1], k=6), r.getrandbits(70), r.triangular(), r.expovariate(2), r.betavariate(1, 2), r.randbytes(4))
x = list(range(8)); r.shuffle(x); print(x)
s = r.getstate(); a = r.random(); r.setstate(s); print(a == r.random(), len(s), s[0])
for seed in (0, 1, -5, 2 ** 70, 3.5, "text", b"bytes", None if False else True): print(repr(seed), random.Random(seed).random())
random.seed(7); print(random.random(), random.randint(0, 9), random.vonmisesvariate(0, 1), random.paretovariate(3), random.weibullvariate(1, 2), random.lognormvariate(0, 1), random.normalvariate(), random.gammavariate(2, 1), random.binomialvariate(10, 0.3))
for bad in ("random.randrange(0)", "random.choice([])", "random.sample([1], 2)", "random.randint(5, 1)", "random.sample({1}, 1)", "random.choices([], k=1)"):
    try: eval(bad)
    except Exception as e: print(bad, type(e).__name__, e)
