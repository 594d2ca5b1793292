"""CAM++, a speaker embedding network, in the layout of 3D-Speaker's published weights (Apache-2.0).

Wang et al., 2023, "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking". Imported
only by the adapter, when it loads the weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

MELS = 80
CHANNELS = 32
GROWTH = 32
SEGMENT_FRAMES = 100
BLOCKS = ((12, 1), (24, 2), (16, 2))


class CamPlusPlus(nn.Module):  # type: ignore[misc]
    """Filter banks [batch, frames, 80] to speaker embeddings [batch, 192]."""

    def __init__(self, *, dimensions: int = 192) -> None:
        super().__init__()
        self.head = Head()
        width = 128
        layers: dict[str, nn.Module] = {"tdnn": Tdnn(CHANNELS * (MELS // 8), width)}
        for number, (count, dilation) in enumerate(BLOCKS, start=1):
            layers[f"block{number}"] = DenseBlock(count, width, dilation)
            width += count * GROWTH
            layers[f"transit{number}"] = Transit(width, width // 2)
            width //= 2
        layers["out_nonlinear"] = _norm_relu(width)
        layers["stats"] = Statistics()
        layers["dense"] = Dense(width * 2, dimensions)
        self.xvector = nn.Sequential()
        for name, layer in layers.items():
            self.xvector.add_module(name, layer)

    def forward(self, banks: Tensor) -> Tensor:
        """One embedding per row."""
        embedding: Tensor = self.xvector(self.head(banks.permute(0, 2, 1)))
        return embedding


class Residual(nn.Module):  # type: ignore[misc]
    """Two convolutions with a shortcut; `stride` divides the frequencies."""

    def __init__(self, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(CHANNELS)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(CHANNELS)
        self.shortcut = nn.Sequential()
        if stride != 1:
            convolution = nn.Conv2d(CHANNELS, CHANNELS, 1, stride=(stride, 1), bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(CHANNELS))

    def forward(self, inputs: Tensor) -> Tensor:
        """Keep the shape, with frequencies divided by the stride."""
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(inputs)))))
        return F.relu(out + self.shortcut(inputs))


class Head(nn.Module):  # type: ignore[misc]
    """The two-dimensional front end: [batch, 80, frames] to [batch, 320, frames]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, CHANNELS, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(CHANNELS)
        self.layer1 = nn.Sequential(Residual(stride=2), Residual(stride=1))
        self.layer2 = nn.Sequential(Residual(stride=2), Residual(stride=1))
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(CHANNELS)

    def forward(self, banks: Tensor) -> Tensor:
        """Flatten frequencies and channels together."""
        out = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(banks.unsqueeze(1))))))
        return F.relu(self.bn2(self.conv2(out))).flatten(1, 2)


class Tdnn(nn.Module):  # type: ignore[misc]
    """The first layer over time; halves the frame rate."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(inputs, outputs, 5, stride=2, padding=2, bias=False)
        self.nonlinear = _norm_relu(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, outputs, frames / 2]."""
        out: Tensor = self.nonlinear(self.linear(inputs))
        return out


class Masking(nn.Module):  # type: ignore[misc]
    """Context-aware masking: a convolution gated by the means of the whole input and of each second."""

    def __init__(self, inputs: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(inputs, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.linear1 = nn.Conv1d(inputs, inputs // 2, 1)
        self.linear2 = nn.Conv1d(inputs // 2, GROWTH, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, 32, frames]."""
        context = inputs.mean(-1, keepdim=True) + _by_segment(inputs)
        out: Tensor = self.linear_local(inputs) * torch.sigmoid(self.linear2(F.relu(self.linear1(context))))
        return out


class DenseLayer(nn.Module):  # type: ignore[misc]
    """One layer of a dense block."""

    def __init__(self, inputs: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = _norm_relu(inputs)
        self.linear1 = nn.Conv1d(inputs, 4 * GROWTH, 1, bias=False)
        self.nonlinear2 = _norm_relu(4 * GROWTH)
        self.cam_layer = Masking(4 * GROWTH, dilation)

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, 32, frames]."""
        out: Tensor = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(inputs))))
        return out


class DenseBlock(nn.ModuleDict):  # type: ignore[misc]
    """Layers that each take the outputs of all layers before."""

    def __init__(self, count: int, inputs: int, dilation: int) -> None:
        super().__init__({f"tdnnd{n + 1}": DenseLayer(inputs + n * GROWTH, dilation) for n in range(count)})

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, inputs + 32 * count, frames]."""
        for layer in self.values():
            inputs = torch.cat([inputs, layer(inputs)], dim=1)
        return inputs


class Transit(nn.Module):  # type: ignore[misc]
    """Halve the width between blocks."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.nonlinear = _norm_relu(inputs)
        self.linear = nn.Conv1d(inputs, outputs, 1, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs, frames] to [batch, outputs, frames]."""
        out: Tensor = self.linear(self.nonlinear(inputs))
        return out


class Statistics(nn.Module):  # type: ignore[misc]
    """Mean and standard deviation over time."""

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, width, frames] to [batch, 2 * width]."""
        return torch.cat([inputs.mean(-1), inputs.std(-1, unbiased=True)], dim=-1)


class Dense(nn.Module):  # type: ignore[misc]
    """The embedding layer."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(inputs, outputs, 1, bias=False)
        self.nonlinear = nn.Sequential()
        self.nonlinear.add_module("batchnorm", nn.BatchNorm1d(outputs, affine=False))

    def forward(self, inputs: Tensor) -> Tensor:
        """[batch, inputs] to [batch, outputs]."""
        out: Tensor = self.nonlinear(self.linear(inputs.unsqueeze(-1)).squeeze(-1))
        return out


def _norm_relu(width: int) -> nn.Sequential:
    """Batch normalisation and ReLU, under the names that the weights use."""
    layers = nn.Sequential()
    layers.add_module("batchnorm", nn.BatchNorm1d(width))
    layers.add_module("relu", nn.ReLU())
    return layers


def _by_segment(inputs: Tensor) -> Tensor:
    """Mean of each segment of 100 frames, repeated over its frames."""
    means = F.avg_pool1d(inputs, kernel_size=SEGMENT_FRAMES, stride=SEGMENT_FRAMES, ceil_mode=True)
    return means.repeat_interleave(SEGMENT_FRAMES, dim=-1)[..., : inputs.shape[-1]]
