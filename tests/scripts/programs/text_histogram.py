data = [3, 7, 1, 9, 4]
for lvl in range(max(data), 0, -2): print(f"{lvl:>2} |" + "".join(" ##" if v >= lvl else "   " for v in data))
print("   +" + "---" * len(data)); print("    " + "".join(f"{i:>3}" for i in range(len(data))))
mean = sum(data) / len(data); var = sum((x - mean) ** 2 for x in data) / len(data); print(f"{mean:.2f} {var:.2f} {var ** 0.5:.3f} {sorted(data)[len(data) // 2]}")
