class A:
    def __init__(self):
        self.items = {"a": [1, 2, None]}

    def get(self, k):
        return self.items[k][2]["deep"] + 1


def call(f, *args):
    return f(*args)


a = A()
print("before")
result = call(a.get, "a") + call(a.get, "b")
