n = 0
while n < 3:
    print(n)
    n += 1
else:
    print("else ran", n)
while True:
    n += 1
    if n % 2:
        continue
    if n > 10:
        break
    print("even", n)
else:
    print("never")


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


print([collatz(i) for i in range(1, 20)])
i = 0
while i < 5:
    j = 0
    while j < 5:
        if j == i:
            break
        j += 1
    else:
        print("inner else", i)
    i += 1
while 0:
    print("never")
else:
    print("at once")
while (n := n - 3) > 0:
    print("walrus", n, end=" ")
print()
