def load(key):
    try:
        return {}[key]
    except KeyError as e:
        raise ValueError(f"bad key {key!r}") from e


def main():
    load("name")


main()
