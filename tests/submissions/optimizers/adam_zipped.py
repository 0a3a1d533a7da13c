import numpy as np


class AdamRedo:
    def __init__(self, lr=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-7, l2=0.01):
        self.lr,self.beta_1,self.beta_2,self.epsilon,self.l2=lr,beta_1,beta_2,epsilon,l2; self.t=0; self.m={}; self.v={}
    def apply_gradients(self, grads_and_vars):
        self.t+=1
        for i,(g,w) in enumerate(grads_and_vars):
            g = g + self.l2*w
            self.m[i]=self.beta_1*self.m.get(i,0)+(1-self.beta_1)*g; self.v[i]=self.beta_2*self.v.get(i,0)+(1-self.beta_2)*g**2
            w -= self.lr*(self.m[i]/(1-self.beta_1**self.t))/np.sqrt(self.v[i]/(1-self.beta_2**self.t)+self.epsilon)
