class Tracker:
    def __init__(self, v): self.v = v
    def __lt__(self, o):
        print(f"{self.v}<{o.v}")
        return self.v < o.v
    def __repr__(self): return f"T{self.v}"


a, b, c = Tracker(1), Tracker(2), Tracker(3)
print(a < b < c)
print(c < b < a)
print(1 in [1] in [[1]])
print(1 is 1 is not None)
x = [1]
print(x is x == [1] != 2)
print(not 1 == 2)
print(1 not in [2, 3] and None is None)
print(-1 < 0 <= 0 < 1 >= 1)
for pair in [(1, 1.0), (1, True), ("a", "b"), ((1, 2), (1, 3)), ([1], [1, 0]), ({1}, {1, 2})]:
    l, r = pair
    print(pair, l == r, l != r, l < r, l <= r, l > r, l >= r)
try:
    1 < "a"
except TypeError as e:
    print(e)
try:
    [1] < (1,)
except TypeError as e:
    print(e)
try:
    1j < 2j
except TypeError as e:
    print(e)
try:
    {} < {}
except TypeError as e:
    print(e)
print(1 == "1", [] == (), None == 0, float("nan") == float("nan"))
nan = float("nan")
print([nan] == [nan], nan in [nan], (nan,) == (nan,), {1: nan} == {1: nan})
