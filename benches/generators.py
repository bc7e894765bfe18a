"""Generators, delegation and pipelines of them."""


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Tree(middle, build(low, middle), build(middle + 1, high))


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def squares(source):
    for x in source:
        yield x * x


def odd(source):
    return (x for x in source if x & 1)


def average():
    total = count = 0
    value = None
    while True:
        received = yield value
        total += received
        count += 1
        value = total // count


tree = build(0, 30_000)
total = 0
for _ in range(10):
    total += sum(tree)
total += sum(odd(squares(numbers(2_000_000))))
mean = average()
next(mean)
for i in range(1_800_000):
    last = mean.send(i)
print(total, last)
