import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out_features)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        return self.fc2(x)


criterion = nn.MSELoss()

if __name__ == "__main__":
    model = MLP(2, 8, 1)
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.rand(16, 2)
    y = x.sum(dim=1, keepdim=True)
    for step in range(100):
        opt.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        opt.step()
