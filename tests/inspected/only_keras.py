from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([layers.Conv2D(32, 3, activation="relu"), layers.Flatten(), layers.Dense(10)])
