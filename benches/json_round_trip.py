"""Writing and reading JSON."""

import json


def document(n):
    return {
        "title": "report \u00e9\u4e16",
        "items": [
            {
                "id": i,
                "name": f"item {i}",
                "price": i * 1.25 + 0.1,
                "tags": ["a", "b\n", f"t{i % 7}"],
                "flags": {"new": i % 2 == 0, "old": None},
                "nested": [[i, -i], [i / 3]],
            }
            for i in range(n)
        ],
    }


original = document(3_000)
for _ in range(45):
    text = json.dumps(original)
    again = json.loads(text)
pretty = json.dumps(original, indent=2, sort_keys=True, ensure_ascii=False)
total = sum(item["id"] for item in json.loads(pretty)["items"])
print(len(text), len(pretty), again == original, total)
