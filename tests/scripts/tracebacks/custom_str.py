class E(Exception):
    def __str__(self):
        return "custom\nmessage"


class Bad(Exception):
    def __str__(self):
        raise RuntimeError("cannot")


try:
    raise Bad
except Bad:
    raise E()
