import numpy as np


class RmsMomentum:
    def __init__(self, lr=0.01, rho=0.9, momentum=0.9, eps=1e-8, centered=True):
        self.lr,self.rho,self.momentum,self.eps,self.centered=lr,rho,momentum,eps,centered; self.s=None
    def step(self, params, grads):
        if self.s is None: self.s=[[p*0,p*0,p*0] for p in params]
        for p,g,s in zip(params,grads,self.s):
            s[0]=self.rho*s[0]+(1-self.rho)*g*g; s[1]=self.rho*s[1]+(1-self.rho)*g
            s[2]=self.momentum*s[2]+self.lr*g/np.sqrt(s[0]-s[1]**2+self.eps)
            p -= s[2]
