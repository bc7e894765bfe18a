"""One-way constraints between variables, re-planned and executed: objects, lists, method calls."""


class Variable:
    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.users = []
        self.source = None
        self.mark = 0


class Constraint:
    def __init__(self, output, *inputs):
        self.output = output
        self.inputs = inputs
        output.source = self
        for variable in inputs:
            variable.users.append(self)

    def execute(self):
        raise NotImplementedError


class Equal(Constraint):
    def execute(self):
        self.output.value = self.inputs[0].value


class Scale(Constraint):
    def execute(self):
        value, factor, offset = self.inputs
        self.output.value = value.value * factor.value + offset.value


class Larger(Constraint):
    def execute(self):
        a, b = self.inputs
        self.output.value = a.value if a.value > b.value else b.value


class Planner:
    def __init__(self):
        self.mark = 0

    def plan(self, changed):
        """The constraints to execute after a change, inputs before outputs."""
        self.mark += 1
        order = []

        def visit(variable):
            if variable.mark == self.mark:
                return
            variable.mark = self.mark
            for constraint in variable.users:
                visit(constraint.output)
                order.append(constraint)

        visit(changed)
        seen = set()
        result = []
        for constraint in reversed(order):
            if id(constraint) not in seen:
                seen.add(id(constraint))
                result.append(constraint)
        return result


def chain(n):
    variables = [Variable(f"v{i}") for i in range(n + 1)]
    for before, after in zip(variables, variables[1:]):
        Equal(after, before)
    return variables


def projection(n):
    factor, offset = Variable("factor", 3), Variable("offset", 7)
    sources = [Variable(f"s{i}", i) for i in range(n)]
    targets = []
    for source in sources:
        target = Variable("t" + source.name)
        Scale(target, source, factor, offset)
        targets.append(target)
    best = targets[0]
    for target in targets[1:]:
        larger = Variable("max")
        Larger(larger, best, target)
        best = larger
    return factor, sources, best


planner = Planner()
line = chain(400)
total = 0
for round in range(1_500):
    line[0].value = round
    for constraint in planner.plan(line[0]):
        constraint.execute()
    total += line[-1].value
factor, sources, best = projection(300)
for round in range(900):
    factor.value = round % 11 - 5
    for constraint in planner.plan(factor):
        constraint.execute()
    total += best.value
print(total)
