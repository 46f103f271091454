import torch
import torch.nn as nn
import torch.optim as optim
import torchvision
import torchvision.transforms as transforms

train_set = torchvision.datasets.MNIST("./data", train=True, download=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True, num_workers=2)


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = torch.relu(torch.max_pool2d(self.conv1(x), 2))
        x = torch.relu(torch.max_pool2d(self.conv2(x), 2))
        x = x.view(-1, 320)
        return torch.log_softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)


net = Net()
optimizer = optim.SGD(net.parameters(), lr=0.01)
for epoch in range(100):
    for images, labels in loader:
        optimizer.zero_grad()
        nn.functional.nll_loss(net(images), labels).backward()
        optimizer.step()
