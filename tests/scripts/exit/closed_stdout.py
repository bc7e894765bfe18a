"""A program may close its standard output: ending is no error then."""

import sys

print("before")
sys.stdout.close()
