import struct

import numpy as np
import pytest

from bench.e5_weights import e5_model, e5_token_ids, read_e5
from pipeline.errors import ModelError

PIECES = {"<s>": 0.0, "<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -2.0, "▁hi": -1.0, "x": -3.0}
WIDTH, INNER = 32, 64


def quantised(rows):
    """Rows of 32 weights, all 0.5 times a whole number from -8 to 7, as Q4_0 blocks."""
    blocks = b""
    for row in rows:
        nibbles = [int(value * 2) + 8 for value in row]
        blocks += np.float16(0.5).tobytes() + bytes(nibbles[at] | nibbles[at + 16] << 4 for at in range(16))
    return blocks


def tensors():
    ramp = (np.arange(32) % 16 - 8) / 2
    found = {
        "emb.word": quantised([np.roll(ramp, number) for number in range(len(PIECES))]),
        "emb.pos": np.zeros(8 * WIDTH, "<f4").tobytes(),
        "emb.type": np.zeros(2 * WIDTH, "<f4").tobytes(),
        "emb.ln.w": np.ones(WIDTH, "<f4").tobytes(),
        "emb.ln.b": np.zeros(WIDTH, "<f4").tobytes(),
    }
    for name, (rows, columns) in {
        **dict.fromkeys(["q", "k", "v", "ao"], (WIDTH, WIDTH)),
        "fi": (INNER, WIDTH),
        "fo": (WIDTH, INNER),
    }.items():
        found[f"l0.{name}.w"] = quantised([ramp] * (rows * columns // 32))
        found[f"l0.{name}.b"] = np.zeros(rows, "<f4").tobytes()
    for name in ("aln", "oln"):
        found[f"l0.{name}.w"], found[f"l0.{name}.b"] = found["emb.ln.w"], found["emb.ln.b"]
    return found


@pytest.fixture
def path(tmp_path):
    spelt = [piece.encode() for piece in PIECES]
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, 1, 2, INNER, len(PIECES), 8, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, spelt)))
    head += struct.pack(f"<{len(PIECES) + 1}I", *np.cumsum([0, *map(len, spelt)]))
    head += struct.pack(f"<{len(PIECES)}f", *PIECES.values()) + b"".join(spelt)
    forms = struct.pack("<IBI", ord("Ｈ"), 1, ord("h")) + struct.pack("<IB", 0x200B, 0)
    head += struct.pack("<iI", 2, len(forms)) + forms
    parts = tensors()
    entries = sum(2 + len(name) + 21 for name in parts)
    start, listed = len(head) + 4 + entries, b""
    for name, raw in parts.items():
        number = (
            len(raw) // 18 * 32 if name == "emb.word" or (name[-2:] == ".w" and "ln" not in name) else len(raw) // 4
        )
        listed += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, number, start, len(raw))
        start += len(raw)
    path = tmp_path / "tiny.bin"
    path.write_bytes(head + struct.pack("<i", len(parts)) + listed + b"".join(parts.values()))
    return path


def test_the_file_gives_its_shape_tokenizer_and_normal_forms(path):
    file = read_e5(path)
    assert file.shape == {
        "hidden": 32, "layers": 1, "heads": 2, "inner": 64, "words": 7, "positions": 8, "types": 2
    }  # fmt: skip
    assert dict(file.pieces) == PIECES
    assert (file.unknown, file.ends) == (3, (0, 2))
    assert file.normal == {ord("Ｈ"): "h", 0x200B: ""}


def test_four_bit_weights_come_back_as_scale_times_nibble(path):
    words = read_e5(path).tensors["emb.word"].reshape(7, 32)
    assert words[0].tolist() == [*(np.arange(-8, 8) / 2), *(np.arange(-8, 8) / 2)]
    assert words[1, 0] == 3.5


def test_another_format_is_refused(tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError, match="does not begin with"):
        read_e5(other)


@pytest.mark.slow
def test_the_tokenizer_writes_normal_forms_and_keeps_both_ends(path):
    ids = e5_token_ids(read_e5(path))
    assert ids("Ｈi   x", most=9) == [0, 5, 4, 6, 2]
    assert ids("Ｈi   x", most=4) == [0, 5, 4, 2]


@pytest.mark.slow
def test_the_weights_make_a_bert_model(path):
    model = e5_model(read_e5(path))
    assert model.config.num_hidden_layers == 1
    assert model.embeddings.word_embeddings.weight[0, :3].tolist() == [-4.0, -3.5, -3.0]
