with open("weights.csv") as stream:
    WEIGHTS = stream.read()
