# The int of 64 bits that has no positive counterpart.
for n in (-2**63, -2**63 + 1, 2**63 - 1, 2**63, -2**64):
    for x in (-2.0**63, 2.0**63, 0.5, -1e30, float("inf"), float("-inf"), float("nan")):
        print(n, x, n == x, n < x, n <= x, x > n, n == -x)
