"""PyanNet: the activity of up to three local speakers per frame, in the layout of segmentation-3.0 (MIT).

Bredin, 2023, "pyannote.audio 2.1 speaker diarization pipeline"; Plaquet and Bredin, 2023, "Powerset multi-class cross
entropy loss for neural speaker diarization"; first layer after Ravanelli and Bengio, 2018, "Speaker recognition from
raw waveform with SincNet". Imported only by the adapter, when it loads the weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

RATE_HZ = 16_000
BANDS = 40
TAPS = 251
STRIDE = 10
LOWEST_HZ = 50.0
CHANNELS = 60
HIDDEN = 128
# No speaker, one of three, two of three.
CLASSES = 7


class PyanNet(nn.Module):  # type: ignore[misc]
    """Audio [batch, 1, n] at 16 kHz to log-probabilities of the seven classes [batch, frames, 7]."""

    def __init__(self) -> None:
        super().__init__()
        self.sincnet = SincNet()
        self.lstm = nn.LSTM(CHANNELS, HIDDEN, num_layers=4, bidirectional=True, batch_first=True)
        self.linear = nn.ModuleList([nn.Linear(2 * HIDDEN, HIDDEN), nn.Linear(HIDDEN, HIDDEN)])
        self.classifier = nn.Linear(HIDDEN, CLASSES)

    def forward(self, sound: Tensor) -> Tensor:
        """One row per frame."""
        hidden: Tensor = self.lstm(self.sincnet(sound).transpose(1, 2))[0]
        for linear in self.linear:
            hidden = F.leaky_relu(linear(hidden))
        return F.log_softmax(self.classifier(hidden), dim=-1)


class SincNet(nn.Module):  # type: ignore[misc]
    """Audio [batch, 1, n] to features [batch, 60, frames], one frame per 270 samples."""

    def __init__(self) -> None:
        super().__init__()
        self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
        first = nn.Module()
        first.filterbank = BandPasses()
        self.conv1d = nn.ModuleList([first, nn.Conv1d(2 * BANDS, CHANNELS, 5), nn.Conv1d(CHANNELS, CHANNELS, 5)])
        self.norm1d = nn.ModuleList(
            [nn.InstanceNorm1d(width, affine=True) for width in (2 * BANDS, CHANNELS, CHANNELS)]
        )

    def forward(self, sound: Tensor) -> Tensor:
        """Three convolutions, each followed by pooling over three frames."""
        features = self.conv1d[0].filterbank(self.wav_norm1d(sound)).abs()
        features = F.leaky_relu(self.norm1d[0](F.max_pool1d(features, 3)))
        for convolution, norm in zip(list(self.conv1d)[1:], list(self.norm1d)[1:], strict=True):
            features = F.leaky_relu(norm(F.max_pool1d(convolution(features), 3)))
        return features


class BandPasses(nn.Module):  # type: ignore[misc]
    """Learnt band-pass filters, each as an even and an odd one, windowed.

    The even filter is the difference of two sinc functions; `n_` is 2 pi times the time of the taps before the middle.
    """

    def __init__(self) -> None:
        super().__init__()
        half = TAPS // 2
        self.low_hz_ = nn.Parameter(torch.zeros(BANDS, 1))
        self.band_hz_ = nn.Parameter(torch.zeros(BANDS, 1))
        self.register_buffer("window_", torch.hamming_window(TAPS, periodic=False)[:half])
        self.register_buffer("n_", 2 * torch.pi * torch.arange(-half, 0.0).view(1, -1) / RATE_HZ)

    def forward(self, sound: Tensor) -> Tensor:
        """Apply both kinds of filters."""
        return F.conv1d(sound, self._filters(), stride=STRIDE)

    def _filters(self) -> Tensor:
        """All filters [80, 1, 251], even ones first."""
        low = LOWEST_HZ + self.low_hz_.abs()
        high = (low + LOWEST_HZ + self.band_hz_.abs()).clamp(LOWEST_HZ, RATE_HZ / 2)
        scale = self.window_ / (self.n_ * (high - low))
        even = (torch.sin(high * self.n_) - torch.sin(low * self.n_)) * scale
        odd = (torch.cos(low * self.n_) - torch.cos(high * self.n_)) * scale
        middle = torch.ones(BANDS, 1, device=low.device)
        both = [
            torch.cat([even, middle, even.flip(1)], dim=1),
            torch.cat([odd, torch.zeros_like(middle), -odd.flip(1)], dim=1),
        ]
        return torch.cat(both).unsqueeze(1)
