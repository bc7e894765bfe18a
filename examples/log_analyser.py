"""Reads a web server's log and reports on it: traffic by hour, slow pages, errors, suspicious clients."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

LINE = re.compile(
    r"""
    (?P<client>\d+\.\d+\.\d+\.\d+) \s - \s (?P<user>\S+) \s
    \[(?P<time>[^\]]+)\] \s
    "(?P<method>[A-Z]+) \s (?P<path>\S+) \s HTTP/(?P<version>[\d.]+)" \s
    (?P<status>\d{3}) \s (?P<size>\d+|-) \s (?P<millis>\d+)ms
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Request:
    client: str
    user: str | None
    time: datetime
    method: str
    path: str
    status: int
    size: int
    millis: int

    @property
    def page(self) -> str:
        """The path without its query and with numbers replaced, so that pages of a kind count together."""
        return re.sub(r"/\d+", "/{id}", self.path.partition("?")[0])

    @property
    def failed(self) -> bool:
        return self.status >= 500


class BadLine(ValueError):
    def __init__(self, number: int, text: str):
        super().__init__(number, text)
        self.number, self.text = number, text

    def __str__(self) -> str:
        return f"line {self.number}: cannot read {self.text[:30]!r}"


def parse(number: int, line: str) -> Request:
    found = LINE.fullmatch(line)
    if not found:
        raise BadLine(number, line)
    user = found["user"]
    return Request(
        client=found["client"],
        user=None if user == "-" else user,
        time=datetime.strptime(found["time"], "%d/%m/%Y:%H:%M:%S"),
        method=found["method"],
        path=found["path"],
        status=int(found["status"]),
        size=0 if found["size"] == "-" else int(found["size"]),
        millis=int(found["millis"]),
    )


def read(lines: Iterable[str], problems: list[BadLine]) -> Iterator[Request]:
    for number, line in enumerate(lines, 1):
        if not (line := line.strip()) or line.startswith("#"):
            continue
        try:
            yield parse(number, line)
        except BadLine as problem:
            problems.append(problem)


def sample(count: int = 400) -> Iterator[str]:
    """A log made up by a simple generator of pseudo-random numbers."""
    seed = 2024
    time = datetime(2026, 3, 1, 6, 30)

    def roll(n: int) -> int:
        nonlocal seed
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        return (seed >> 33) % n

    pages = ["/", "/about", "/items/{}", "/items/{}?ref=mail", "/login", "/api/search?q={}", "/img/{}.png"]
    for i in range(count):
        time += timedelta(seconds=roll(150))
        if i % 97 == 50:
            yield "garbage in the log"
            continue
        page = pages[roll(len(pages))].format(roll(30))
        attack = roll(12) == 0
        client = "203.0.113.9" if attack else f"192.0.2.{roll(8) + 1}"
        method, page = ("POST", "/login") if attack else ("GET", page)
        status = 401 if attack else (200, 200, 200, 200, 304, 404, 500)[roll(7)]
        user = ("-", "-", "ann", "bob")[roll(4)]
        size = "-" if status == 304 else roll(50_000)
        stamp = f"{time:%d/%m/%Y:%H:%M:%S}"
        yield f'{client} - {user} [{stamp}] "{method} {page} HTTP/1.1" {status} {size} {roll(900) + roll(100) ** 2 // 20}ms'


def percentile(values: list[int], share: float) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def bar(value: int, most: int, width: int = 40) -> str:
    return "#" * round(value / most * width)


def human(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.1f} {unit}" if unit != "B" else f"{size} B"
        size /= 1000
    return f"{size:.1f} GB"


def suspicious(requests: list[Request], limit: int, window: timedelta) -> Iterator[tuple[str, int]]:
    """Clients with more than `limit` refused requests within `window`."""
    refused: dict[str, list[datetime]] = defaultdict(list)
    for request in requests:
        if request.status in {401, 403}:
            refused[request.client].append(request.time)
    for client, times in refused.items():
        worst = max(sum(1 for t in times[i:] if t - start <= window) for i, start in enumerate(times))
        if worst > limit:
            yield client, worst


def section(title: str) -> None:
    print(f"\n{title}\n{'=' * len(title)}")


def report(requests: list[Request], problems: list[BadLine]) -> None:
    section("Overview")
    first, last = requests[0].time, requests[-1].time
    total = sum(request.size for request in requests)
    print(f"{len(requests)} requests from {len({r.client for r in requests})} clients in {last - first}")
    print(f"{human(total)} sent, {human(total / len(requests))} per request")
    users = Counter(request.user for request in requests if request.user)
    print("users:", ", ".join(f"{user} ({count})" for user, count in users.most_common()))

    section("Requests by hour")
    hours = Counter(request.time.hour for request in requests)
    for hour in range(min(hours), max(hours) + 1):
        print(f"{hour:02d}:00 {hours[hour]:4d} {bar(hours[hour], max(hours.values()))}")

    section("Pages")
    pages: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        pages[request.page].append(request)
    print(f"{'page':<16} {'hits':>5} {'errors':>7} {'median':>7} {'p95':>6}")
    for page, hits in sorted(pages.items(), key=lambda item: (-len(item[1]), item[0])):
        times = [request.millis for request in hits]
        errors = sum(request.failed for request in hits) / len(hits)
        print(f"{page:<16} {len(hits):>5} {errors:>7.1%} {percentile(times, 0.5):>7} {percentile(times, 0.95):>6}")

    section("Status")
    for status, count in sorted(Counter(r.status for r in requests).items()):
        print(f"{status} {count:>4} {count / len(requests):6.1%}")

    section("Slowest")
    for request in sorted(requests, key=lambda r: r.millis, reverse=True)[:5]:
        print(f"{request.millis:>6} ms {request.time:%H:%M:%S} {request.method} {request.path}")

    section("Suspicious clients")
    for client, count in suspicious(requests, 3, timedelta(minutes=30)):
        print(f"{client}: {count} refused requests within half an hour")

    section("Unreadable")
    for problem in problems:
        print(problem)


def main(args: list[str]) -> int:
    problems: list[BadLine] = []
    if args:
        with open(args[0], encoding="utf-8") as file:
            requests = list(read(file, problems))
    else:
        requests = list(read(sample(), problems))
    if not requests:
        print("nothing to report", file=sys.stderr)
        return 1
    report(requests, problems)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
