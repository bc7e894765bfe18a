if (n := len("hello")) > 3:
    print(n)
print([y := 1, y**2, y + 5])
print([last := x for x in range(5)], last)
print(any((hit := w).startswith("c") for w in ["a", "bc", "cd", "ce"]), hit)
data = iter([1, 2, 3, 0, 4])
while (item := next(data)):
    print("item", item)
print(f"{(v := 10)} {v:>5} {v=}")


def f(a, b=(c := 3)):
    return a + b


print(f(1), c)
print((z := 4, 5), z)
x = (y := 5) + 1
print(x, y)
print({(k := "key"): (val := 9)}, k, val)
lst = [10, 20, 30]
print(lst[(i := 1)], i)
total = 0
print([total := total + v for v in lst], total)
print((lambda: (q := 5) + q)())
