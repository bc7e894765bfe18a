"""An interpreter within the interpreter: dispatch over tuples with match and with a table."""


def assemble(limit):
    return [
        ("push", 0), ("store", "sum"), ("push", 0), ("store", "i"),
        ("load", "i"), ("push", limit), ("less",), ("jump_unless", 17),
        ("load", "sum"), ("load", "i"), ("push", 3), ("times",), ("plus",), ("push", 65535), ("and",), ("store", "sum"),
        ("increment", "i", 4),
        ("load", "sum"), ("halt",),
    ]  # fmt: skip


def by_match(program):
    stack, variables, at, steps = [], {}, 0, 0
    while True:
        steps += 1
        instruction = program[at]
        at += 1
        match instruction:
            case ("push", value):
                stack.append(value)
            case ("load", name):
                stack.append(variables[name])
            case ("store", name):
                variables[name] = stack.pop()
            case ("plus",):
                right = stack.pop()
                stack[-1] += right
            case ("times",):
                right = stack.pop()
                stack[-1] *= right
            case ("and",):
                right = stack.pop()
                stack[-1] &= right
            case ("less",):
                right = stack.pop()
                stack[-1] = stack[-1] < right
            case ("jump_unless", target):
                if not stack.pop():
                    at = target
            case ("increment", name, target):
                variables[name] += 1
                at = target
            case ("halt",):
                return stack[-1], steps


class Machine:
    def __init__(self, program):
        self.program = [(getattr(self, name), *operands) for name, *operands in program]
        self.stack, self.variables, self.at, self.running = [], {}, 0, True

    def run(self):
        while self.running:
            operation, *operands = self.program[self.at]
            self.at += 1
            operation(*operands)
        return self.stack[-1]

    def push(self, value): self.stack.append(value)
    def load(self, name): self.stack.append(self.variables[name])
    def store(self, name): self.variables[name] = self.stack.pop()
    def plus(self): self.stack.append(self.stack.pop() + self.stack.pop())
    def times(self): self.stack.append(self.stack.pop() * self.stack.pop())
    def less(self): self.stack.append(self.stack.pop() > self.stack.pop())

    def jump_unless(self, target):
        if not self.stack.pop():
            self.at = target

    def increment(self, name, target):
        self.variables[name] += 1
        self.at = target

    def halt(self): self.running = False


setattr(Machine, "and", lambda self: self.stack.append(self.stack.pop() & self.stack.pop()))
print(*by_match(assemble(180_000)), Machine(assemble(150_000)).run())
