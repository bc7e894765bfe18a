"""Double-entry bookkeeping in integer cents: accounts, transfers, interest, statements."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import total_ordering
from itertools import groupby
from operator import attrgetter


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in cents. Exact: dividing it among people leaves no cent over."""

    cents: int = 0

    @classmethod
    def parse(cls, text: str) -> Money:
        found = re.fullmatch(r"(-?)(\d{1,3}(?:,?\d{3})*)(?:\.(\d\d))?", text.strip())
        if not found:
            raise ValueError(f"not an amount: {text!r}")
        sign, whole, cents = found.groups()
        value = int(whole.replace(",", "")) * 100 + int(cents or 0)
        return cls(-value if sign else value)

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        whole, cents = divmod(abs(self.cents), 100)
        return f"{sign}{whole:,}.{cents:02d}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents) if isinstance(other, Money) else NotImplemented

    def __radd__(self, other: int) -> Money:
        return self if other == 0 else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __lt__(self, other: Money) -> bool:
        return self.cents < other.cents

    def __bool__(self) -> bool:
        return self.cents != 0

    def permille(self, rate: int) -> Money:
        """A share of this amount, half cents rounded to even."""
        quotient, rest = divmod(self.cents * rate, 1000)
        if rest > 500 or rest == 500 and quotient % 2:
            quotient += 1
        return Money(quotient)

    def split(self, *weights: int) -> list[Money]:
        total = sum(weights)
        shares = [self.cents * weight // total for weight in weights]
        for i in range(self.cents - sum(shares)):
            shares[i % len(shares)] += 1
        return [Money(share) for share in shares]


class Kind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        return 1 if self in (Kind.ASSET, Kind.EXPENSE) else -1


@dataclass(order=True)
class Account:
    name: str
    kind: Kind = field(compare=False)
    overdraft: Money = field(default=Money(), compare=False)


@dataclass(frozen=True)
class Posting:
    account: str
    amount: Money


@dataclass(frozen=True)
class Transaction:
    day: date
    text: str
    postings: tuple[Posting, ...]
    tags: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if rest := sum(posting.amount for posting in self.postings):
            raise Unbalanced(self.text, rest)


class LedgerError(Exception):
    pass


class Unbalanced(LedgerError):
    def __init__(self, text: str, rest: Money):
        super().__init__(f"{text!r} is off by {rest}")


class UnknownAccount(LedgerError, KeyError):
    def __str__(self) -> str:
        return f"no account {self.args[0]!r}"


class Overdrawn(LedgerError):
    def __init__(self, account: Account, balance: Money):
        super().__init__(f"{account.name} would stand at {balance}")
        self.add_note(f"limit: {-account.overdraft}")


class Ledger:
    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.transactions: list[Transaction] = []
        self._balances: defaultdict[str, Money] = defaultdict(Money)

    def open(self, name: str, kind: Kind, overdraft: str = "0") -> None:
        self.accounts[name] = Account(name, kind, Money.parse(overdraft))

    def post(self, transaction: Transaction) -> None:
        changed = dict(self._balances)
        for posting in transaction.postings:
            if posting.account not in self.accounts:
                raise UnknownAccount(posting.account)
            changed[posting.account] = changed.get(posting.account, Money()) + posting.amount
        for name, balance in changed.items():
            account = self.accounts[name]
            if account.kind is Kind.ASSET and balance < -account.overdraft:
                raise Overdrawn(account, balance)
        self._balances.update(changed)
        self.transactions.append(transaction)

    def transfer(self, day: date, text: str, source: str, amount: Money, *targets: str, tags: Iterable[str] = ()) -> None:
        shares = amount.split(*[1] * len(targets))
        postings = [Posting(source, -amount), *map(Posting, targets, shares)]
        self.post(Transaction(day, text, tuple(postings), frozenset(tags)))

    def balance(self, name: str) -> Money:
        return Money(self._balances[name].cents * self.accounts[name].kind.sign)

    def of_account(self, name: str) -> Iterator[tuple[Transaction, Money, Money]]:
        running = Money()
        for transaction in sorted(self.transactions, key=attrgetter("day")):
            for posting in transaction.postings:
                if posting.account == name:
                    running += posting.amount
                    yield transaction, posting.amount, running

    def accrue(self, name: str, day: date, permille: int) -> None:
        if interest := self._balances[name].permille(permille):
            self.transfer(day, "interest", "interest", interest, name, tags={"auto"})


def read(ledger: Ledger, text: str) -> Iterator[LedgerError | ValueError]:
    """Executes a journal of lines `DAY TEXT: SOURCE -> TARGET, … AMOUNT #tag`; yields what goes wrong."""
    pattern = re.compile(r"(\S+) (.+?): (\w+) -> ([\w, ]+?) (-?[\d.,]+)((?: #\w+)*)")
    for number, line in enumerate(text.strip().splitlines(), 1):
        try:
            if not (found := pattern.fullmatch(line.strip())):
                raise ValueError("cannot read the line")
            day, what, source, targets, amount, tags = found.groups()
            ledger.transfer(
                date.fromisoformat(day),
                what,
                source,
                Money.parse(amount),
                *[target.strip() for target in targets.split(",")],
                tags=tags.replace("#", "").split(),
            )
        except (LedgerError, ValueError) as error:
            error.add_note(f"journal line {number}")
            yield error


JOURNAL = """
2026-01-01 opening: equity -> bank, savings 2,500.01
2026-01-03 rent: bank -> housing 900.00 #fixed
2026-01-05 salary: salary -> bank 3,141.59
2026-01-06 groceries: bank -> food 84.37
2026-01-09 dinner for three: bank -> food, friends, friends 100.00 #fun
2026-01-12 a car: bank -> transport 25,000.00
2026-01-15 to savings: bank -> savings 1,000
2026-01-20 mystery: bank -> nowhere 5.00
2026-01-21 smudged: bank -> food 12.3
this is no entry
2026-02-03 rent: bank -> housing 900.00 #fixed
2026-02-05 salary: salary -> bank 3,141.59
2026-02-06 groceries: bank -> food 120.05
2026-02-30 no such day: bank -> food 1.00
"""


def statement(ledger: Ledger, name: str) -> None:
    print(f"\n{name:-^58}")
    entries = ledger.of_account(name)
    for month, group in groupby(entries, key=lambda entry: f"{entry[0].day:%B %Y}"):
        print(month)
        for transaction, amount, running in group:
            tags = "".join(f" #{tag}" for tag in sorted(transaction.tags))
            print(f"  {transaction.day:%d} {transaction.text + tags:<28}{amount:>12}{running:>12}")


def main() -> int:
    ledger = Ledger()
    for name, kind in {"bank": "asset", "savings": "asset", "friends": "asset", "equity": "liability"}.items():
        ledger.open(name, Kind(kind), overdraft="500.00" if name == "bank" else "0")
    for name in ("housing", "food", "transport"):
        ledger.open(name, Kind.EXPENSE)
    for name in ("salary", "interest"):
        ledger.open(name, Kind.INCOME)

    for error in read(ledger, JOURNAL):
        print(f"{type(error).__name__}: {error} ({'; '.join(error.__notes__)})")
    day = date(2026, 1, 31)
    while day < date(2026, 5, 1):
        ledger.accrue("savings", day, 3)
        day = (day.replace(day=1) + timedelta(days=63)).replace(day=1) - timedelta(days=1)
    try:
        Transaction(day, "crooked", (Posting("bank", Money(5)), Posting("food", Money(-4))))
    except Unbalanced as error:
        print(f"{type(error).__name__}: {error}")

    statement(ledger, "bank")
    statement(ledger, "savings")
    print(f"\n{'Balances':-^58}")
    for kind, accounts in groupby(sorted(ledger.accounts.values(), key=lambda a: (a.kind, a.name)), attrgetter("kind")):
        for account in accounts:
            print(f"{kind.title():<12}{account.name:<12}{ledger.balance(account.name):>14}")
    print("books balance:", not sum(p.amount for t in ledger.transactions for p in t.postings))

    print([str(share) for share in Money.parse("100.00").split(1, 1, 1)], Money.parse("0.05").split(5, 3, 2))
    first = ledger.transactions[0]
    print(replace(first, text="copied", tags=frozenset({"x"})).text, first == replace(first), hash(first) == hash(replace(first)))
    print(max(Money(3), Money(-7)), Money(250) >= Money(250), sorted([Money(5), Money(1)]), repr(Money()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
