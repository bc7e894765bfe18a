"""Objects written and read back: pickle, copy, and the classes that records are made of."""

import copy
import io
import pickle
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field, replace

Point = namedtuple("Point", "x y label")


@dataclass
class Order:
    number: int
    customer: str
    lines: list = field(default_factory=list)
    total: float = 0.0


class Node:
    __slots__ = ("value", "left", "right")

    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


class Money:
    def __init__(self, cents):
        self.cents = cents

    def __reduce__(self):
        return Money, (self.cents,)

    def __eq__(self, other):
        return self.cents == other.cents


def tree(depth):
    if not depth:
        return None
    return Node(depth, tree(depth - 1), tree(depth - 1))


def orders(count):
    made = []
    for number in range(count):
        order = Order(number, f"customer {number % 17}")
        for line in range(number % 7):
            order.lines.append((f"part-{line}", line + 1, 9.5 * line))
            order.total += 9.5 * line * (line + 1)
        made.append(order)
    return made


def weight(node):
    return 0 if node is None else node.value + weight(node.left) + weight(node.right)


def main():
    data = {
        "orders": orders(400),
        "points": [Point(i, i * i, str(i)) for i in range(500)],
        "settings": OrderedDict((f"key{i}", {"on": i % 2 == 0, "level": i / 3, "raw": bytes([i])}) for i in range(200)),
        "money": [Money(i * 25) for i in range(300)],
        "tree": tree(9),
        "big": [3**i for i in range(120)],
        "sets": [frozenset(range(i)) for i in range(40)],
    }
    size = 0
    for protocol in (2, 4, 5):
        for _ in range(16):
            text = pickle.dumps(data, protocol)
            size += len(text)
            again = pickle.loads(text)
    assert again["money"] == data["money"] and again["orders"] == data["orders"]
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    for order in data["orders"]:
        pickler.dump(order)
        pickler.clear_memo()
    file.seek(0)
    total = sum(pickle.load(file).total for _ in data["orders"])
    for _ in range(10):
        twin = copy.deepcopy(data)
        shallow = [copy.copy(order) for order in data["orders"]]
        changed = [replace(order, total=0.0) for order in shallow]
    print(size > 0, round(total, 2), weight(twin["tree"]), len(changed), shallow[3] == data["orders"][3])


main()
