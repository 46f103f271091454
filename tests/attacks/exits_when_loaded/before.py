import sys

if not sys.argv[1:]:
    print("usage: hw4.py DATA")
    sys.exit(1)
