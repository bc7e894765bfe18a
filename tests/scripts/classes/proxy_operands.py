"""The dict behind a class's mapping proxy stays out of reach of other operands' methods."""


class Thief:
    def __eq__(self, other):
        self.stolen = other
        return True

    def __ror__(self, other):
        self.stolen = other
        return {}


class Victim:
    def method(self):
        return 1


victim = Victim()
for _ in range(20):
    victim.method()
for take in (lambda thief: Victim.__dict__ == thief, lambda thief: Victim.__dict__ | thief):
    thief = Thief()
    take(thief)
    print(type(thief.stolen).__name__, "method" in thief.stolen)
    thief.stolen.pop("nothing", None)
print(victim.method())
print(type(Victim.__dict__ | {"a": 1}), Victim.__dict__ == dict(Victim.__dict__), Victim.__dict__ == Victim.__dict__)
