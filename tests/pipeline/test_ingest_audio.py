import av
import numpy as np
import pytest
from audio_files import encoded, tone, write_wav

from pipeline.errors import IngestError
from pipeline.ingest import AudioLimits, discover, read_recording
from pipeline.ingest.audio import decode

FORMATS = [
    ("wav", "pcm_s16le", 8_000),
    ("wav", "pcm_u8", 8_000),
    ("wav", "pcm_s24le", 48_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "pcm_alaw", 8_000),
    ("wav", "adpcm_ms", 8_000),
    ("wav", "adpcm_ima_wav", 8_000),
    ("mp3", "libmp3lame", 16_000),
    ("ogg", "libopus", 48_000),
    ("flac", "flac", 8_000),
    ("ipod", "aac", 16_000),
]


def pitch_hz(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum)) * 16_000 / samples.size


@pytest.mark.parametrize(("container", "codec", "rate"), FORMATS)
def test_every_telephone_format_is_decoded_to_16_khz(container, codec, rate):
    content = encoded(tone(rate=rate, channels=2), container=container, codec=codec, rate=rate)
    decoded = decode(content, name="a.wav", limits=AudioLimits())
    assert decoded.audio.samples.dtype == np.float32
    assert decoded.audio.samples.shape[0] == 2
    assert decoded.audio.duration_s == pytest.approx(1.0, abs=0.11)
    assert [pitch_hz(channel) for channel in decoded.audio.samples] == pytest.approx([220, 440], abs=3)


def test_amr_of_mobile_recorders_is_decoded():
    content = encoded(tone(), container="amr", codec="libopencore_amrnb")
    decoded = decode(content, name="a.amr", limits=AudioLimits())
    assert (decoded.sample_rate_hz, decoded.audio.samples.shape[0]) == (8_000, 1)
    assert pitch_hz(decoded.audio.samples[0]) == pytest.approx(220, abs=5)


def test_the_codec_and_the_files_own_rate_are_kept(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded(tone(), container="wav", codec="pcm_mulaw"))
    recording, _ = read_recording(discover(str(tmp_path)).sources[0])
    assert (recording.codec, recording.sample_rate_hz, recording.channels) == ("pcm_mulaw", 8_000, 1)


def test_a_wrong_ending_does_not_matter():
    content = encoded(tone(rate=16_000), container="mp3", codec="libmp3lame", rate=16_000)
    assert decode(content, name="really-mp3.wav", limits=AudioLimits()).codec.startswith("mp3")


def test_the_same_file_decodes_to_the_same_samples():
    content = encoded(tone(rate=48_000), container="ogg", codec="libopus", rate=48_000)
    first, second = (decode(content, name="a.ogg", limits=AudioLimits()).audio.samples for _ in range(2))
    assert np.array_equal(first, second)


def test_text_named_wav_is_rejected_with_name_and_cause():
    with pytest.raises(IngestError, match="not audio in any known format") as caught:
        decode(b"hello, this is no audio\n" * 50, name="notes.wav", limits=AudioLimits())
    assert caught.value.source == "notes.wav"
    assert caught.value.remedy


def test_a_file_without_an_audio_stream_is_refused(tmp_path):
    with av.open(str(tmp_path / "screen.mp4"), "w") as output:
        stream = output.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        output.mux(stream.encode())
    with pytest.raises(IngestError, match="no audio stream"):
        decode((tmp_path / "screen.mp4").read_bytes(), name="screen.mp4", limits=AudioLimits())


def test_a_truncated_wav_is_decoded_as_far_as_possible_and_marked():
    content = encoded(tone(duration_s=2), container="wav", codec="pcm_s16le")
    decoded = decode(content[: len(content) // 2], name="a.wav", limits=AudioLimits())
    assert decoded.truncated
    assert decoded.audio.duration_s == pytest.approx(1.0, abs=0.05)


def test_a_whole_wav_is_not_marked_truncated(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone()).read_bytes()
    assert not decode(content, name="a.wav", limits=AudioLimits()).truncated


def test_a_recording_over_the_limit_is_refused_with_both_lengths():
    content = encoded(tone(duration_s=130, rate=8_000), container="flac", codec="flac")
    with pytest.raises(IngestError, match="2 minutes long; the limit is 1"):
        decode(content, name="a.flac", limits=AudioLimits(max_duration_s=60))


def test_a_click_is_refused_as_too_short(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone(duration_s=0.1)).read_bytes()
    with pytest.raises(IngestError, match=r"only 0.1 s of audio"):
        decode(content, name="a.wav", limits=AudioLimits())


def test_more_than_two_channels_are_refused(tmp_path):
    content = write_wav(tmp_path / "a.wav", tone(channels=3)).read_bytes()
    with pytest.raises(IngestError, match="3 channels"):
        decode(content, name="a.wav", limits=AudioLimits())


def test_a_vanished_file_is_an_ingest_error(tmp_path):
    write_wav(tmp_path / "a.wav", tone())
    source = discover(str(tmp_path)).sources[0]
    (tmp_path / "a.wav").unlink()
    with pytest.raises(IngestError, match="cannot be opened"):
        read_recording(source)
