import numpy as np


class AdamPyt:
    def __init__(self, params, lr=1e-3, betas=(.9,.999), eps=1e-8):
        self.params=list(params); self.lr=lr; self.b=betas; self.eps=eps; self.state={}; self.t=0
    def step(self, grads):
        self.t+=1
        for i,(p,g) in enumerate(zip(self.params,grads)):
            m,v=self.state.get(i,(0,0)); m=self.b[0]*m+(1-self.b[0])*g; v=self.b[1]*v+(1-self.b[1])*g*g; self.state[i]=(m/(1-self.b[0]**self.t),v)
            p -= self.lr*(m/(1-self.b[0]**self.t))/(np.sqrt(v/(1-self.b[1]**self.t))+self.eps)
