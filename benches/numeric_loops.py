"""Integer arithmetic in nested loops."""


def primes(limit):
    count = 0
    for n in range(2, limit):
        d = 2
        while d * d <= n:
            if n % d == 0:
                break
            d += 1
        else:
            count += 1
    return count


def digits(limit):
    total = 0
    for n in range(limit):
        while n:
            total += n % 10
            n //= 10
    return total


def checksum(rounds):
    a, b = 1, 0
    for i in range(rounds):
        a = (a + (i & 255)) % 65521
        b = (b + a) % 65521
        a ^= b >> 3
    return b << 16 | a


print(primes(70_000), digits(400_000), checksum(4_000_000))
