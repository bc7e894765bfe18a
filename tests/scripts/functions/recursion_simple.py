def fact(n): return 1 if n < 2 else n * fact(n - 1)


def fib(n, memo={}):
    if n in memo: return memo[n]
    result = n if n < 2 else fib(n - 1) + fib(n - 2)
    memo[n] = result
    return result


def hanoi(n, a="A", b="B", c="C"):
    if n == 0: return 0
    return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def ackermann(m, n):
    if m == 0: return n + 1
    if n == 0: return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def is_even(n): return n == 0 or is_odd(n - 1)
def is_odd(n): return n != 0 and is_even(n - 1)


def flatten(x):
    for item in x:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def permutations(items):
    if len(items) <= 1:
        yield items
    for i, item in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [item] + rest


print(fact(30), fib(90), hanoi(8), ackermann(2, 3), is_even(100), is_odd(7))
print(list(flatten([1, [2, [3, [4, []]], 5]])))
perms = list(permutations([1, 2, 3]))
print(len(perms), perms)
