import numpy as np

def adam_update(w, dw, config=None):
    if not config: config = {}
    config.setdefault('learning_rate', 1e-2)
    config.setdefault('m', np.zeros_like(w))
    config.setdefault('v', np.zeros_like(w))
    config['m'] = 0.9 * config['m'] + 0.1 * dw
    config['v'] = 0.999 * config['v'] + 0.001 * dw * dw
    next_w = w - config['learning_rate'] * config['m'] / (np.sqrt(config['v']) + 1e-8)
    return next_w, config
