a = 123456789012345678901234567890
b = 987654321098765432109876543210
print(a + b, a - b, a * b, b // a, b % a, divmod(b, a), -b // a, -b % a)
print(a ** 5)
print(a & b, a | b, a ^ b, ~a, a << 100, a >> 50, -a >> 50, (-a) & b)
print(2 ** 200, 2 ** 200 - 1, -(2 ** 63), 2 ** 63, 2 ** 64, 2 ** 62, -(2 ** 62) - 1)
print(a == a + 0, a < b, a > -b, hash(a), hash(-a), hash(2 ** 61 - 1), hash(2 ** 61), hash(-1), hash(-2))
print(int("9" * 50), int("-0x1F", 16), int("0b1010", 0), int("0o17", 0), int("z" * 10, 36), int("1_000"), int(" 42 "))
print(hex(a), oct(a), bin(2 ** 70), f"{a:,}", f"{a:_}", f"{a:x}", f"{a:e}", f"{a:.3g}", f"{2**100:_b}"[:20])
print(a.bit_length(), a.bit_count(), a.to_bytes(13, "big"), int.from_bytes(b"\xff" * 10, "little"), int.from_bytes(b"\xff\x00", "big", signed=True), (-1).to_bytes(2, "big", signed=True))
print(float(a), a / b, a / 7, 10 ** 400 // 10 ** 398, int(1e30), 10 ** 30 == 1e30, 2 ** 1000 > 1e300, int(2.9), int(-2.9))
import math
print(math.factorial(50), math.gcd(a, b), math.lcm(12, 18), math.isqrt(a), math.comb(100, 50), math.perm(10, 3), pow(a, b, 10 ** 9 + 7))
x = 1
for i in range(1, 200): x *= i
print(x % 10 ** 9 + x // 10 ** 300 % 1000, len(str(x)))
try:
    10 ** 400 / 1
except OverflowError as e:
    print(e)
try:
    float(10 ** 400)
except OverflowError as e:
    print(e)
try:
    int("1" * 5000)
except ValueError as e:
    print(e)
try:
    str(10 ** 5000)
except ValueError as e:
    print(e)
print(sum(range(10 ** 6)), 10 ** 18 * 10 ** 18, (10 ** 18) ** 2 // 10 ** 18, 7 ** 77 % 1000, -7 ** 77 % 1000)
print(round(a, -10), round(12345, -2), round(15, -1), round(25, -1), (2 ** 65).as_integer_ratio(), int(True), int.__name__)
