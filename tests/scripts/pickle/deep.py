"""Deep data ends in RecursionError, whatever holds it."""
import copy, pickle


class Node:
    def __init__(self, next): self.next = next


def drop(value):
    while value:
        value = value[0] if isinstance(value, (list, tuple)) else value.__dict__.pop("next", None) if isinstance(value, Node) else value.get(1)


for make in (lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: frozenset([x]) if not isinstance(x, list) else frozenset(), Node):
    value = []
    for _ in range(100_000):
        value = make(value)
    for dumps in (pickle.dumps, copy.deepcopy):
        try:
            dumps(value)
            print("no error")
        except RecursionError:
            print("RecursionError")
    if not isinstance(value, frozenset):
        drop(value)
print(pickle.loads(b"]" * 100_000 + b"a" * 99_999 + b".") is not None)
