class Matrix:
    def __init__(self, rows): self.rows = [list(r) for r in rows]
    @classmethod
    def identity(cls, n): return cls([int(i == j) for j in range(n)] for i in range(n))
    def __matmul__(self, o): return Matrix([sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows)
    def __eq__(self, o): return self.rows == o.rows
    def __pow__(self, n):
        result, base = Matrix.identity(len(self.rows)), self
        while n:
            if n & 1: result = result @ base
            base = base @ base
            n >>= 1
        return result
    def __getitem__(self, k): return self.rows[k[0]][k[1]] if isinstance(k, tuple) else self.rows[k]
    @property
    def T(self): return Matrix(zip(*self.rows))
    def det(self):
        if len(self.rows) == 1: return self[0, 0]
        return sum((-1) ** j * self[0, j] * Matrix(r[:j] + r[j + 1:] for r in self.rows[1:]).det() for j in range(len(self.rows)))
    def __repr__(self): return "\n".join(" ".join(f"{x:>4}" for x in r) for r in self.rows)


m = Matrix([[1, 1], [1, 0]])
print(m ** 10)
print((m ** 90)[0, 1], m.T == m, m @ Matrix.identity(2) == m)
print(Matrix([[2, 0, 1], [1, 3, 2], [1, 1, 4]]).det(), Matrix([[1, 2, 3], [4, 5, 6]]).T)
