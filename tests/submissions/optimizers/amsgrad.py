import numpy as np


class AMSG:
    def __init__(self, lr=0.01, betas=(0.9,0.999), eps=1e-8): self.lr,self.betas,self.eps=lr,betas,eps; self.s=None; self.t=0
    def step(self, params, grads):
        if self.s is None: self.s=[[p*0,p*0,p*0] for p in params]
        self.t+=1; out=[]
        for p,g,s in zip(params,grads,self.s):
            s[0]=self.betas[0]*s[0]+(1-self.betas[0])*g; s[1]=self.betas[1]*s[1]+(1-self.betas[1])*g*g
            s[2]=np.maximum(s[2],s[1])
            out.append(p-self.lr/(1-self.betas[0]**self.t)*s[0]/(np.sqrt(s[2])/np.sqrt(1-self.betas[1]**self.t)+self.eps))
        return out
