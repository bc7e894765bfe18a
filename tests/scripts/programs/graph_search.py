from collections import deque
G = {"A": "BC", "B": "DE", "C": "F", "D": "", "E": "F", "F": "G", "G": ""}
def bfs(s, g):
    q, seen = deque([(s, [s])]), {s}
    while q:
        n, path = q.popleft()
        if n == g: return path
        for m in G[n]:
            if m not in seen: seen.add(m); q.append((m, path + [m]))
def dfs(n, seen=None):
    seen = seen if seen is not None else []
    seen.append(n)
    for m in G[n]:
        if m not in seen: dfs(m, seen)
    return seen
def topo():
    out, mark = [], set()
    def visit(n):
        if n in mark: return
        mark.add(n); [visit(m) for m in G[n]]; out.append(n)
    for n in G: visit(n)
    return out[::-1]
print(bfs("A", "G"), bfs("G", "A"), dfs("A"), topo())
W = {("A", "B"): 4, ("A", "C"): 1, ("C", "B"): 2, ("B", "D"): 5, ("C", "D"): 8}
dist = {n: float("inf") for e in W for n in e}; dist["A"] = 0
for _ in dist:
    for (a, b), w in W.items(): dist[b] = min(dist[b], dist[a] + w)
print(dist)
