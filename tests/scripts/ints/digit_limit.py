# What is refused as too long to print, at the very limit.
import sys
sys.set_int_max_str_digits(640)
for bits in range(2120, 2132):
    for number in 1 << bits, -(1 << bits), (1 << bits) - 1:
        try: print(bits, len(str(number)))
        except ValueError as e: print(bits, e)
print(len(str(10 ** 640 - 1)), len(str(1 - 10 ** 640)))
try: str(10 ** 640)
except ValueError as e: print(e)
