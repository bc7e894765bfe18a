def words(n):
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    tens = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
    if n < 0: return "minus " + words(-n)
    if n < 20: return ones[n]
    if n < 100: return tens[n // 10] + ("-" + ones[n % 10] if n % 10 else "")
    for size, name in ((10 ** 9, "billion"), (10 ** 6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size: return words(n // size) + " " + name + (" " + words(n % size) if n % size else "")
for n in (0, 7, 13, 21, 100, 342, 1001, 12345, 10 ** 6, 987654321, -45): print(n, words(n))
def base(n, b): return "0" if n == 0 else "".join(reversed([*(lambda n: ("0123456789abcdefghijklmnopqrstuvwxyz"[d] for d in digits(n, b)))(n)]))
def digits(n, b):
    while n: n, d = divmod(n, b); yield d
print([base(255, b) for b in (2, 8, 16, 36)], all(int(base(n, b), b) == n for n in range(200) for b in (2, 3, 7, 36)))
