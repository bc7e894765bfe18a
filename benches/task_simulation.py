"""An operating system's scheduler in miniature: small objects, virtual methods, queues."""

from collections import deque


class Packet:
    def __init__(self, kind, value):
        self.kind = kind
        self.value = value


class Task:
    def __init__(self, name, priority):
        self.name = name
        self.priority = priority
        self.inbox = deque()
        self.runs = 0
        self.blocked = False

    def receive(self, packet):
        self.inbox.append(packet)
        self.blocked = False

    def ready(self):
        return not self.blocked and (self.inbox or self.spontaneous())

    def spontaneous(self):
        return False

    def run(self, kernel):
        self.runs += 1
        if self.inbox:
            self.handle(self.inbox.popleft(), kernel)
        else:
            self.idle(kernel)

    def handle(self, packet, kernel):
        raise NotImplementedError

    def idle(self, kernel):
        self.blocked = True


class Producer(Task):
    def __init__(self, name, priority, amount, target):
        super().__init__(name, priority)
        self.left = amount
        self.target = target

    def spontaneous(self):
        return self.left > 0

    def idle(self, kernel):
        self.left -= 1
        kernel.send(self.target, Packet("work", self.left))

    def handle(self, packet, kernel):
        kernel.acknowledged += packet.value & 1


class Worker(Task):
    def __init__(self, name, priority, target):
        super().__init__(name, priority)
        self.target = target
        self.sum = 0

    def handle(self, packet, kernel):
        self.sum = (self.sum * 31 + packet.value) & 0xFFFFFF
        kernel.send(self.target, Packet("done", self.sum & 0xFF))


class Device(Task):
    def __init__(self, name, priority, reply):
        super().__init__(name, priority)
        self.reply = reply
        self.total = 0

    def handle(self, packet, kernel):
        self.total += packet.value
        if packet.value % 3 == 0:
            kernel.send(self.reply, Packet("ack", self.total))


class Kernel:
    def __init__(self):
        self.tasks = {}
        self.acknowledged = 0
        self.ticks = 0

    def add(self, task):
        self.tasks[task.name] = task

    def send(self, name, packet):
        self.tasks[name].receive(packet)

    def run(self):
        order = sorted(self.tasks.values(), key=lambda task: -task.priority)
        busy = True
        while busy:
            busy = False
            for task in order:
                if task.ready():
                    task.run(self)
                    self.ticks += 1
                    busy = True
                    break


kernel = Kernel()
kernel.add(Producer("a", 1, 110_000, "w1"))
kernel.add(Producer("b", 1, 110_000, "w2"))
kernel.add(Worker("w1", 5, "disk"))
kernel.add(Worker("w2", 4, "net"))
kernel.add(Device("disk", 9, "a"))
kernel.add(Device("net", 8, "b"))
kernel.run()
print(kernel.ticks, kernel.acknowledged, *[task.runs for task in kernel.tasks.values()])
