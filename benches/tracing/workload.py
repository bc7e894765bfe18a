"""What the other programs of this folder trace: calls, loops, branches, generators, exceptions. By itself: without any tracing."""


def collatz(n):
    steps = 0
    while n != 1:
        if n % 2:
            n = 3 * n + 1
        else:
            n //= 2
        steps += 1
    return steps


def evens(limit):
    for i in range(limit):
        if i % 2 == 0:
            yield i


class Account:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("too much")
        self.balance -= amount


def bank():
    account = Account(100)
    refused = 0
    for amount in range(30):
        try:
            account.withdraw(amount)
        except ValueError:
            refused += 1
    return refused + len([account.balance, max(refused, 1)])


def cold():
    return "never called"


def run(rounds):
    total = 0
    for i in range(1, rounds + 1):
        total += collatz(i % 60 + 1)
        total += sum(evens(20))
        total += bank()
    return total


if __name__ == "__main__":
    print(run(50000))
