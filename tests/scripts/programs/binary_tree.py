import random


class Tree:
    def __init__(self): self.root = None
    def insert(self, key):
        def go(node):
            if node is None: return [key, None, None]
            side = 1 if key < node[0] else 2
            node[side] = go(node[side])
            return node
        self.root = go(self.root)
    def __iter__(self):
        def walk(n):
            if n: yield from walk(n[1]); yield n[0]; yield from walk(n[2])
        return walk(self.root)
    def height(self):
        def h(n): return 0 if n is None else 1 + max(h(n[1]), h(n[2]))
        return h(self.root)
    def __contains__(self, key):
        n = self.root
        while n:
            if key == n[0]: return True
            n = n[1] if key < n[0] else n[2]
        return False


t = Tree(); x = 7
for _ in range(200):
    x = x * 75 % 65537; t.insert(x)
print(list(t) == sorted(t), t.height(), 7 * 75 % 65537 in t, -1 in t, list(t)[:5])
