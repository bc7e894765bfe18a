class Node:
    def __init__(self, value, next=None): self.value, self.next = value, next


class LinkedList:
    def __init__(self, items=()):
        self.head, self.size = None, 0
        for x in reversed(list(items)): self.push(x)
    def push(self, x): self.head = Node(x, self.head); self.size += 1
    def pop(self):
        if not self.head: raise IndexError("pop from empty list")
        x, self.head, self.size = self.head.value, self.head.next, self.size - 1
        return x
    def __iter__(self):
        n = self.head
        while n: yield n.value; n = n.next
    def __len__(self): return self.size
    def __repr__(self): return " -> ".join(map(repr, self)) or "empty"
    def reverse(self):
        prev, n = None, self.head
        while n: n.next, prev, n = prev, n, n.next
        self.head = prev
    def __add__(self, o): return LinkedList([*self, *o])
    def sort(self):
        def merge(a, b):
            out = []
            while a and b: out.append((a if a[0] <= b[0] else b).pop(0))
            return out + a + b
        def run(x): return x if len(x) < 2 else merge(run(x[:len(x) // 2]), run(x[len(x) // 2:]))
        return LinkedList(run(list(self)))


l = LinkedList([3, 1, 2]); l.push(9); print(l, len(l), 2 in l, l.pop(), list(l)); l.reverse(); print(l, l.sort(), l + l, LinkedList())
try: LinkedList().pop()
except IndexError as e: print(e)
