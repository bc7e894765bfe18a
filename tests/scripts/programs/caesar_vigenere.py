def caesar(s, k): return "".join(chr((ord(c) - b + k) % 26 + b) if c.isalpha() and (b := 97 if c.islower() else 65) else c for c in s)
def vigenere(s, key, sign=1):
    out, i = [], 0
    for c in s:
        if c.isalpha():
            out.append(caesar(c, sign * (ord(key[i % len(key)].lower()) - 97))); i += 1
        else: out.append(c)
    return "".join(out)
print(caesar("Hello, World!", 3), caesar(caesar("Hello", 3), -3), caesar("xyz XYZ", 5))
e = vigenere("Attack at Dawn!", "Lemon"); print(e, vigenere(e, "Lemon", -1))
for k in range(1, 26):
    if caesar("Wkh txlfn eurzq ira", -k).startswith("The"): print("found", k, caesar("Wkh txlfn eurzq ira", -k))
