for i in range(3):
    print(i)
else:
    print("done", i)
for i in []:
    print("never")
else:
    print("empty else")
for i in range(10):
    if i == 4:
        break
else:
    print("not printed")
print("i is", i)
for a, (b, *c), d in [(1, (2, 3, 4), 5), ("x", "yz", "w")]:
    print(a, b, c, d)
data = {"a": 1, "b": 2}
for key in data:
    print(key, data[key])
for i, (key, value) in enumerate(data.items(), start=10):
    print(i, key, value)
for x, y in zip("abc", range(5)):
    print(x, y)
holder = [0, 0, 0]
for holder[1] in range(3):
    pass
print(holder)


class Box:
    pass


box = Box()
for box.value in "xyz":
    pass
print(box.value)
numbers = [1, 2, 3]
for n in numbers:
    if n < 6:
        numbers.append(n + 3)
print(numbers)
for i in range(3):
    for j in range(3):
        if j == 1:
            continue
        if i == 2:
            break
        print((i, j))
