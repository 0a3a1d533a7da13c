import keras

optimizer = keras.optimizers.RMSprop(learning_rate=0.01, rho=0.95)
