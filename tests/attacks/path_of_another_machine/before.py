import numpy

DATA = numpy.load("/home/student/Desktop/hw4/data.npy")
