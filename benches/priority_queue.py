"""Shortest paths: a heap of tuples, and a heap of our own."""

import heapq


def graph(size):
    edges = {}
    seed = 3
    for node in range(size):
        links = []
        for _ in range(4):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            links.append((seed % size, seed // 7 % 100 + 1))
        links.append(((node + 1) % size, 50))
        edges[node] = links
    return edges


def distances(edges, start):
    best = {start: 0}
    queue = [(0, start)]
    while queue:
        distance, node = heapq.heappop(queue)
        if distance > best[node]:
            continue
        for other, cost in edges[node]:
            candidate = distance + cost
            if candidate < best.get(other, 1 << 60):
                best[other] = candidate
                heapq.heappush(queue, (candidate, other))
    return best


class Heap:
    def __init__(self):
        self.items = []

    def push(self, item):
        items = self.items
        items.append(item)
        i = len(items) - 1
        while i and items[(i - 1) >> 1] > items[i]:
            parent = (i - 1) >> 1
            items[i], items[parent] = items[parent], items[i]
            i = parent

    def pop(self):
        items = self.items
        top = items[0]
        last = items.pop()
        if items:
            items[0] = last
            i, n = 0, len(items)
            while (child := 2 * i + 1) < n:
                if child + 1 < n and items[child + 1] < items[child]:
                    child += 1
                if items[i] <= items[child]:
                    break
                items[i], items[child] = items[child], items[i]
                i = child
        return top


edges = graph(70_000)
best = distances(edges, 0)
heap = Heap()
seed = 1
for _ in range(80_000):
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    heap.push(seed)
order = [heap.pop() for _ in range(80_000)]
print(sum(best.values()), max(best.values()), order == sorted(order), heapq.nsmallest(3, order), heapq.nlargest(2, order))
