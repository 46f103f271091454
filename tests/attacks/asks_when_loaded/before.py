epochs = int(input("How many epochs? "))
