kept = []
try:
    while True:
        kept.append(open("/dev/null"))
except OSError:
    kept = []
