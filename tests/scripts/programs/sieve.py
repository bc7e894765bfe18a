def sieve(n):
    flags = bytearray([1]) * (n + 1)
    flags[:2] = b"\0\0"
    for i in range(2, int(n ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = bytes(len(range(i * i, n + 1, i)))
    return [i for i, f in enumerate(flags) if f]


p = sieve(1000)
print(len(p), p[:10], p[-5:], sum(p))
twins = [(a, b) for a, b in zip(p, p[1:]) if b - a == 2]
print(len(twins), twins[-1])
