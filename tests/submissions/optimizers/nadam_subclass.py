import numpy as np


class Base:
    def __init__(self, lr): self.lr = lr
    def step(self, params, grads):
        self.t = getattr(self, 't', 0) + 1
        for k in params: params[k] = params[k] + self.compute(k, grads[k])


class NAdam(Base):
    def __init__(self, lr=0.002, b1=0.9, b2=0.999, eps=1e-7):
        super().__init__(lr); self.b1,self.b2,self.eps=b1,b2,eps; self.m={}; self.v={}
    def compute(self, k, g):
        self.m[k]=self.b1*self.m.get(k,0)+(1-self.b1)*g; self.v[k]=self.b2*self.v.get(k,0)+(1-self.b2)*g*g
        mh=self.b1*self.m[k]/(1-self.b1**(self.t+1))+(1-self.b1)*g/(1-self.b1**self.t)
        return -self.lr*mh/(np.sqrt(self.v[k]/(1-self.b2**self.t))+self.eps)
