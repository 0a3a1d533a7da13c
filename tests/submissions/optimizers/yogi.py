import numpy as np


class Yogi:
    def __init__(self, lr=0.01, b1=.9,b2=.999,eps=1e-3): self.lr,self.b1,self.b2,self.eps=lr,b1,b2,eps; self.t=0; self.m=None
    def step(self, params, grads):
        if self.m is None: self.m=[p*0 for p in params]; self.v=[p*0+1e-6 for p in params]
        self.t+=1; out=[]
        for i,(p,g) in enumerate(zip(params,grads)):
            self.m[i]=self.b1*self.m[i]+(1-self.b1)*g
            self.v[i]=self.v[i]-(1-self.b2)*np.sign(self.v[i]-g*g)*g*g
            out.append(p-self.lr*(self.m[i]/(1-self.b1**self.t))/(np.sqrt(self.v[i]/(1-self.b2**self.t))+self.eps))
        return out
