"""What `tokenize` needs: it is not implemented yet, only importable."""


class TokenizerIter:
    """An iterator over the tokens of a source."""

    def __init__(self, readline, /, *, encoding=None, extra_tokens=False):
        raise NotImplementedError("tokenizing from Python is not implemented yet")
