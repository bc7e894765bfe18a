z = 3 + 4j
print(z, abs(z), z.real, z.imag, z.conjugate(), -z, z * z, z / (1 - 2j), z ** 2, z ** 0.5, z == 3 + 4j, z != 3)
print(complex(1, 2), complex("1+2j"), complex("j"), complex("-1.5e3-2J"), complex(1.5), complex(1j, 1j), complex(real=1, imag=-0.0))
print(1j ** 2, (1 + 1j) ** -1, 0j, -0j, 1e400j, complex("nan+infj"), complex(0, -1), repr(1 + 0j), str(-1j), 5j - 5)
print(hash(1 + 0j) == hash(1), bool(0j), 1 + 2j in [1 + 2j], f"{z}", f"{z:.2f}", f"{z:>15}", f"{1.5+2.25j:e}", f"{z:g}")
print(2 * z, z + 1, 1 - z, 2.5 * z, z / 2, True + z, sum([1j, 2j]), 1j.__mul__(2), (1 + 2j).__eq__(1))
for bad in ("z // 1", "z % 1", "divmod(z, 1)", "z < 1", "int(z)", "float(z)", "complex('1 + 2j')", "complex('x')", "z / 0", "0j ** -1", "round(z)", "complex('1', 2)", "complex(None)", "f'{z:d}'", "f'{z:%}'"):
    try:
        print(bad, eval(bad))
    except Exception as e:
        print(bad, type(e).__name__, e)
import cmath
print(cmath.phase(1j), cmath.polar(1j), cmath.rect(1, 0), cmath.sqrt(-1), cmath.exp(0), cmath.isnan(complex("nan")))
