def show(*args, **kwargs): print(args, kwargs)


show(*[1, 2], *(3, 4), *{5}, *"ab", **{"x": 1}, **{"y": 2})
show(*(), **{})
show(1, *[2], 3, *[4], k=5, **{"l": 6}, m=7)
show(*(i * i for i in range(4)))
show(*range(3), *map(str, range(2)))


class Map:
    def keys(self): return ["p", "q"]
    def __getitem__(self, k): return k * 2


show(**Map())
print([*range(3), *"ab"], (*[1], *[2]), {*[1, 2], *[2, 3]}, {**{"a": 1}, "b": 2, **{"a": 3}})
a, *b = [1, *[2, 3]]
print(a, b)
def kwonly(*, key): return key
print(kwonly(**{"key": 5}))
def order(tag):
    print("eval", tag)
    return tag
show(order(1), *[order(2)], order(3), k=order(4), **{"z": order(5)})
for call in (lambda: show(**{"a": 1}, **{"a": 2}), lambda: show(*None), lambda: show(**None), lambda: show(a=1, **{"a": 2}), lambda: print(**{"nope": 1}), lambda: len(*[1, 2]), lambda: int(**{"q": 1})):
    try:
        call()
    except TypeError as e:
        print(e)
