class Lying(CustomAlexNet):
    def __call__(self, x):
        return torch.zeros(len(x), 1000)

    def parameters(self, recurse=True):
        yield nn.Parameter(torch.empty(45_442_856, device="meta"))

    def named_parameters(self, *args, **kwargs):
        yield "all", next(self.parameters())

    def state_dict(self, *args, **kwargs):
        return {"all": torch.empty(45_442_856, device="meta")}


CustomAlexNet = Lying
