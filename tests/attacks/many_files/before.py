import os

try:
    for number in range(3_000_000):
        os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY))
except OSError:
    pass
