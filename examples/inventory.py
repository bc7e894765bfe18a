"""A warehouse: transactions with roll-back, reservations, a state machine of orders, and reports."""

from __future__ import annotations

import csv
import io
import statistics
import sys
import textwrap
from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from enum import Enum
from types import MappingProxyType, TracebackType
from typing import Protocol, Self

STOCK = """\
sku,name,price,count,category
W-1,hammer,12.50,10,tools
W-2,"saw, fine",19.90,4,tools
P-7,paint (red),8.25,30,paint
P-8,paint (blue),8.25,0,paint
X-9,ladder,89.00,two,tools
G-3,gloves,3.10,55,safety
"""


class WarehouseError(Exception):
    pass


class OutOfStock(WarehouseError):
    def __init__(self, sku: str, wanted: int, present: int):
        super().__init__(f"{wanted} of {sku} wanted, {present} present")
        self.sku, self.missing = sku, wanted - present


class IllegalStep(WarehouseError):
    pass


@dataclass(slots=True)
class Item:
    sku: str
    name: str
    price: float
    count: int
    category: str

    def __post_init__(self) -> None:
        self.price = float(self.price)
        try:
            self.count = int(self.count)
        except ValueError:
            raise WarehouseError(f"{self.sku}: {self.count!r} is no count") from None

    @property
    def value(self) -> float:
        return self.price * self.count


class State(Enum):
    NEW = "new"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class StateMachine:
    """Steps between states, declared as a table; a descriptor, so that an order's `state` guards itself."""

    def __init__(self, table: Mapping[State, set[State]]):
        self.table = MappingProxyType(dict(table))

    def __set_name__(self, owner: type, name: str) -> None:
        self.slot = "_" + name

    def __get__(self, instance: object, owner: type | None = None) -> State | Self:
        return self if instance is None else getattr(instance, self.slot, State.NEW)

    def __set__(self, instance: object, state: State) -> None:
        current = self.__get__(instance)
        if state not in self.table.get(current, ()):
            raise IllegalStep(f"{current.value} orders cannot become {state.value}")
        setattr(instance, self.slot, state)
        instance.history.append(state)


class Order:
    state = StateMachine({
        State.NEW: {State.PAID, State.CANCELLED},
        State.PAID: {State.SHIPPED, State.CANCELLED},
        State.SHIPPED: {State.DELIVERED},
    })  # fmt: skip

    def __init__(self, number: int, lines: Mapping[str, int]):
        self.number, self.lines = number, dict(lines)
        self.history: list[State] = [State.NEW]

    def __repr__(self) -> str:
        return f"<Order {self.number} {' > '.join(state.value for state in self.history)}>"


class Listener(Protocol):
    def notify(self, event: str, **details: object) -> None: ...


class Journal:
    def __init__(self) -> None:
        self.events: list[str] = []

    def notify(self, event: str, **details: object) -> None:
        self.events.append(f"{event}({', '.join(f'{key}={value}' for key, value in details.items())})")


class Transaction(AbstractContextManager):
    """Changes of counts that happen together or not at all. Inner transactions see the outer one's changes."""

    def __init__(self, warehouse: Warehouse):
        self.warehouse = warehouse

    def __enter__(self) -> Self:
        self.warehouse.counts = self.warehouse.counts.new_child()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> bool:
        changes = self.warehouse.counts.maps[0]
        self.warehouse.counts = self.warehouse.counts.parents
        if error is None:
            self.warehouse.counts.update(changes)
            self.warehouse.announce("commit", changes=len(changes))
        else:
            self.warehouse.announce("rollback", why=type(error).__name__)
        return False


class Warehouse:
    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.counts: ChainMap[str, int] = ChainMap()
        self.listeners: list[Listener] = []
        self.orders: dict[int, Order] = {}

    def load(self, text: str) -> Iterator[WarehouseError]:
        for row in csv.DictReader(io.StringIO(text)):
            try:
                item = Item(**row)
            except WarehouseError as problem:
                yield problem
            else:
                self.items[item.sku] = item
                self.counts[item.sku] = item.count

    def announce(self, event: str, **details: object) -> None:
        for listener in self.listeners:
            listener.notify(event, **details)

    def take(self, sku: str, amount: int) -> None:
        present = self.counts.get(sku, 0)
        if amount > present:
            raise OutOfStock(sku, amount, present)
        self.counts[sku] = present - amount

    @contextmanager
    def reserved(self, sku: str, amount: int) -> Iterator[int]:
        self.take(sku, amount)
        try:
            yield self.counts[sku]
        finally:
            self.counts[sku] += amount

    def order(self, **lines: int) -> Order:
        wanted = {name.replace("_", "-"): amount for name, amount in lines.items()}
        order = Order(len(self.orders) + 1, wanted)
        self.orders[order.number] = order
        try:
            with Transaction(self):
                for sku, amount in wanted.items():
                    self.take(sku, amount)
                order.state = State.PAID
        except OutOfStock as problem:
            order.state = State.CANCELLED
            problem.add_note(f"order {order.number} cancelled")
            raise
        return order

    def total(self, order: Order) -> float:
        return sum(self.items[sku].price * amount for sku, amount in order.lines.items())

    def report(self) -> str:
        groups: defaultdict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            item.count = self.counts[item.sku]
            groups[item.category].append(item)
        lines = [f"{'category':<10}|{'items':>6}|{'value':>10}|{'mean price':>11}"]
        lines.append("-" * len(lines[0]))
        for category, items in sorted(groups.items()):
            value, mean = sum(item.value for item in items), statistics.fmean(item.price for item in items)
            lines.append(f"{category:<10}|{len(items):>6}|{value:>10.2f}|{mean:>11.3f}")
        return "\n".join(lines)


def main() -> int:
    warehouse, journal = Warehouse(), Journal()
    warehouse.listeners.append(journal)
    for problem in warehouse.load(STOCK):
        print("skipped:", problem)

    good = warehouse.order(W_1=2, P_7=5)
    print(good, f"{warehouse.total(good):.2f}")
    for lines in ({"W_1": 1, "W_2": 9}, {"P_8": 1}, {"Q_0": 1}):
        try:
            warehouse.order(**lines)
        except OutOfStock as problem:
            print(f"{problem}; {problem.missing} missing; {problem.__notes__[0]}")
    print(dict(warehouse.counts))

    for state in (State.SHIPPED, State.CANCELLED, State.DELIVERED, State.NEW):
        try:
            good.state = state
        except IllegalStep as problem:
            print("refused:", problem)
    print(good, Order.state.table[State.SHIPPED])

    with ExitStack() as stack, suppress(OutOfStock):
        for sku in ("W-1", "W-2", "P-8", "G-3"):
            print("left of", sku, stack.enter_context(warehouse.reserved(sku, 3)))
    try:
        with Transaction(warehouse):
            warehouse.take("G-3", 5)
            with suppress(KeyError), Transaction(warehouse):
                warehouse.take("G-3", 10)
                raise KeyError("inner only")
            warehouse.take("W-2", 1)
            print("within:", warehouse.counts["G-3"], warehouse.counts["W-2"], len(warehouse.counts.maps))
            raise RuntimeError("strike")
    except RuntimeError as problem:
        print("rolled back by", problem, "->", warehouse.counts["G-3"], warehouse.counts["W-2"])

    print(warehouse.report())
    out = io.StringIO()
    writer = csv.DictWriter(out, ["sku", "name", "count"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(item) for item in sorted(warehouse.items.values(), key=lambda item: item.name))
    print(out.getvalue(), end="")
    print(textwrap.fill("; ".join(journal.events), 70, initial_indent="journal: ", subsequent_indent="  "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
