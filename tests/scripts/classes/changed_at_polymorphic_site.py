# A site that has met two classes meets one of them again right after it has changed.
class A:
    def __init__(self):
        self.value = "a"

    def method(self):
        return "A"


class B:
    def __init__(self):
        self.value = "b"

    def method(self):
        return "B"


def ask(o):
    return o.method(), o.value


for _ in range(100):
    for o in A(), B():
        ask(o)
A.extra = 1
print(ask(A()), ask(B()))
B.method = lambda self: "changed"
print(ask(B()), ask(A()))
