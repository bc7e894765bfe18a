class InsufficientFunds(Exception):
    def __init__(self, need, have): super().__init__(f"need {need}, have {have}"); self.need, self.have = need, have
class Account:
    interest = 0.02
    def __init__(self, owner, balance=0): self.owner, self._balance, self.history = owner, balance, []
    @property
    def balance(self): return self._balance
    def deposit(self, n):
        if n <= 0: raise ValueError("deposit must be positive")
        self._balance += n; self.history.append(("dep", n)); return self
    def withdraw(self, n):
        if n > self._balance: raise InsufficientFunds(n, self._balance)
        self._balance -= n; self.history.append(("wd", n)); return self
    def __str__(self): return f"{self.owner}: {self.balance:.2f}"
class Savings(Account):
    interest = 0.05
    def accrue(self): return self.deposit(round(self.balance * self.interest, 2))
a, s = Account("ann", 100), Savings("sue", 1000)
a.deposit(50).withdraw(30); s.accrue().accrue(); print(a, s, a.history, len(s.history))
for f in (lambda: a.withdraw(1000), lambda: a.deposit(-5), lambda: setattr(a, "balance", 5)):
    try: f()
    except (InsufficientFunds, ValueError, AttributeError) as e: print(type(e).__name__, e)
