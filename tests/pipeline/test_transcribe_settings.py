"""The longest window."""

import pytest

from pipeline.transcribe.settings import TranscriptionSettings


@pytest.mark.parametrize(
    ("language", "mono", "longest_s"),
    [("en", False, 12.0), ("en", True, 20.0), ("zh", False, 20.0), ("zh", True, 20.0)],
)
def test_windows_are_longer_in_chinese_and_on_shared_channels(language, mono, longest_s):
    assert TranscriptionSettings().longest_s(language, mono=mono) == longest_s
