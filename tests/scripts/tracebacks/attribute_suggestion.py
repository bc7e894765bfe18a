class Config:
    def __init__(self):
        self.filename = "x"


print(Config().filname)
