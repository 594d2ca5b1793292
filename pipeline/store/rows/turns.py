"""One row for each turn with its sentiment, and one for its vector, in a table of its own because it is large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date as Date  # noqa: N812
from itertools import islice, repeat

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.enriched import EnrichedCall, TurnSentiment, Vectors
from pipeline.store.parts import Row, sorted_table
from pipeline.store.schemas import schema_of
from pipeline.transcript import Language, Prosody, Turn, Word

# The columns in the order of the fields of `Turn` and `Word`.
TURN_COLUMNS = ("turn", "role", "channel", "start_s", "end_s", "text")
WORD_COLUMNS = ("text", "start_s", "end_s", "probability")
PROSODY_COLUMNS = ("pitch_st", "loudness_db", "pace_ratio")


def turn_rows(call: EnrichedCall) -> list[Row]:
    """The rows of `turns` of one call."""
    transcript, count = call.transcript, len(call.transcript.turns)
    itn_texts = call.itn_texts or ("",) * count
    languages = call.turn_languages or (transcript.language,) * count
    return [
        _turn_row(transcript.call_id, *columns)
        for columns in zip(transcript.turns, call.sentiments, itn_texts, languages, strict=True)
    ]


def turn_from_row(row: Row) -> tuple[Turn, TurnSentiment]:
    """Restore one turn and its sentiment. A row read without `words` gives a turn without words."""
    turn = Turn(
        index=row["turn"],
        role=row["role"],
        channel=row["channel"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        text=row["text"],
        words=tuple(Word(**word) for word in row.get("words", ())),
        confidence=row["confidence"],
        role_confidence=row["role_confidence"],
        prosody=_prosody(*(row.get(name) for name in PROSODY_COLUMNS)),
    )
    return turn, TurnSentiment(row["negative"], row["neutral"], row["positive"])


def turns_by_call(rows: pa.Table) -> dict[str, list[tuple[Turn, TurnSentiment]]]:
    """`turn_from_row` for many rows, by call id, in the rows' order. Reads whole columns: dictionaries are slow."""
    column = {name: rows.column(name).to_pylist() for name in rows.column_names if name != "words"}
    words = _words(rows) if "words" in rows.column_names else repeat((), rows.num_rows)
    prosody = map(_prosody, *(column.get(name, repeat(None, rows.num_rows)) for name in PROSODY_COLUMNS))
    plain = (column[name] for name in TURN_COLUMNS)
    turns = map(Turn, *plain, words, column["confidence"], column["role_confidence"], prosody)
    sentiments = map(TurnSentiment, column["negative"], column["neutral"], column["positive"])
    by_call: dict[str, list[tuple[Turn, TurnSentiment]]] = defaultdict(list)
    for call_id, turn, sentiment in zip(column["call_id"], turns, sentiments, strict=True):
        by_call[call_id].append((turn, sentiment))
    return by_call


def _words(rows: pa.Table) -> Iterator[tuple[Word, ...]]:
    """The words of each row."""
    lists = rows.column("words").combine_chunks()
    spoken = iter(map(Word, *(lists.flatten().field(name).to_pylist() for name in WORD_COLUMNS)))
    for count in pc.list_value_length(lists).to_pylist():
        yield tuple(islice(spoken, count or 0))


def _prosody(pitch_st: float | None, loudness_db: float | None, pace_ratio: float | None) -> Prosody | None:
    """None if all three are missing: written calls, and calls transcribed before prosody was measured."""
    if pitch_st is None and loudness_db is None and pace_ratio is None:
        return None
    return Prosody(pitch_st, loudness_db, pace_ratio)


def vector_table(calls: Sequence[EnrichedCall], *, part: str, date: str) -> pa.Table:
    """The rows of `turn_vectors`, built column by column: a call's vectors are thousands of numbers."""
    arrays = [call.vectors.astype(np.float16) for call in calls]
    counts = [array.shape[0] for array in arrays]
    columns = {
        "part": pa.array([part] * sum(counts), pa.string()),
        "date": pa.array([Date.fromisoformat(date)] * sum(counts), pa.date32()),
        "call_id": _repeated([call.transcript.call_id for call in calls], counts),
        "turn": pa.array([index for count in counts for index in range(count)], pa.int32()),
        "encoder": _repeated([call.encoder for call in calls], counts),
        "vector": _list_array(arrays),
    }
    return sorted_table("turn_vectors", pa.table(columns, schema=schema_of("turn_vectors")))


def vectors_of(rows: pa.Table) -> Vectors:
    """The vectors of one call, float32 [turns, dimensions], from its rows of `turn_vectors` in turn order."""
    column = rows.column("vector").combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    return values.reshape(rows.num_rows, -1) if rows.num_rows else np.zeros((0, 0), np.float32)


def _turn_row(call_id: str, turn: Turn, sentiment: TurnSentiment, itn_text: str, language: Language) -> Row:
    return {
        "call_id": call_id,
        "turn": turn.index,
        "role": turn.role,
        "channel": turn.channel,
        "start_s": turn.start_s,
        "end_s": turn.end_s,
        "text": turn.text,
        "text_written": itn_text,
        "turn_language": language,
        "confidence": turn.confidence,
        "role_confidence": turn.role_confidence,
        "negative": sentiment.negative,
        "neutral": sentiment.neutral,
        "positive": sentiment.positive,
        **{name: getattr(turn.prosody, name, None) for name in PROSODY_COLUMNS},
        "words": [
            {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "probability": word.probability}
            for word in turn.words
        ],
    }


def _repeated(values: Sequence[str], counts: Sequence[int]) -> pa.Array:
    return pa.array([value for value, count in zip(values, counts, strict=True) for _ in range(count)], pa.string())


def _list_array(arrays: Sequence[npt.NDArray[np.float16]]) -> pa.Array:
    lengths = [array.shape[1] for array in arrays for _ in range(array.shape[0])]
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    flat = np.concatenate([array.ravel() for array in arrays]) if arrays else np.zeros(0, np.float16)
    return pa.ListArray.from_arrays(offsets, pa.array(flat, pa.float16()))
