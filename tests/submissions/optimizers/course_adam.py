import numpy as np


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    L = len(parameters) // 2
    v_corrected = {}; s_corrected = {}
    for l in range(1, L + 1):
        for k in ("W","b"):
            n = "d"+k+str(l)
            v[n] = beta1*v[n] + (1-beta1)*grads[n]
            v_corrected[n] = v[n]/(1-beta1**t)
            s[n] = beta2*s[n] + (1-beta2)*grads[n]**2
            s_corrected[n] = s[n]/(1-beta2**t)
            parameters[k+str(l)] -= learning_rate*v_corrected[n]/(np.sqrt(s_corrected[n])+epsilon)
    return parameters, v, s
