"""Issue pairs: how much the issues of two arrivals are alike, computed for the pairs that are asked about alone.

Sentence vectors of telephone speech share most of their direction (its tone), so each language's mean is taken off
first. Meaning alone mistakes tone for matter; the words that two issues share settle it. Means and the weights of words
come from a sample of all issues, so that a night's pairs are judged as a year's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.enrich.issues import unit_rows
from pipeline.store.issue_vectors import matrix_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Shared words weigh 0.36 where meaning weighs 1.
WORDS_WEIGHT = 0.36
# A word that more than this share of the issues has tells nothing.
LARGEST_SHARE = 0.3
# Issues that a mean is taken over: it is then known to a hundredth of a vector's length.
SAMPLED = 20_000
# Words are told apart by so many bits of their hashes: of 400 pairs of issues of fifty words one meets by chance.
WORD_BITS = 20
BATCH = 8_192

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the issues of one encoder have in common, by language.

    `means` float32 [languages, dimensions], `weights` float32 [languages, 2^20] of words, `issues` their numbers.
    """

    languages: tuple[str, ...]
    means: Floats = field(repr=False)
    weights: Floats = field(repr=False)
    issues: Numbers


@dataclass(frozen=True, slots=True)
class Loaded:
    """Issues as rows: `vectors` float16 [issues, dimensions] less the mean, `words` sparse [issues, 2^20], unit length.

    `language` is its number; `spoken` is false for an issue without words.
    """

    vectors: npt.NDArray[np.float16] = field(repr=False)
    words: Any = field(repr=False)
    language: Numbers = field(repr=False)
    spoken: npt.NDArray[np.bool_] = field(repr=False)


def similarity_of_pairs(connection: DuckDBPyConnection, *, since: date | None = None) -> pa.Table:
    """The likeness of each row of the temporary table `pairs` (pair, later_id, earlier_id): columns pair, similarity.

    1 for the same words, about 0 for different matters; of several issues the two that are most alike count. Issues of
    different encoders do not compare: a pair of them is left out, as is one without a spoken issue. With `since` issues
    of earlier dates are not read, neither for the pairs nor for what is common to all.
    """
    _create_recent_issues(connection, since)
    _create_pair_issues(connection)
    encoders = connection.execute("select distinct encoder from pair_issues order by encoder").fetchall()
    by_encoder = [_of_encoder(connection, encoder) for (encoder,) in encoders]
    connection.execute("drop table pair_issues")
    connection.execute("drop view recent_issues")
    pairs = np.concatenate([np.zeros(0, np.int64), *(pairs for pairs, _ in by_encoder)])
    values = np.concatenate([np.zeros(0), *(values for _, values in by_encoder)])
    order = np.argsort(pairs, kind="stable")
    found, first = np.unique(pairs[order], return_index=True)
    best = np.maximum.reduceat(values[order], first) if len(first) else values
    return pa.table({"pair": pa.array(found, pa.int64()), "similarity": pa.array(best, pa.float64())})


def _create_recent_issues(connection: DuckDBPyConnection, since: date | None) -> None:
    where = "" if since is None else f"where date >= date '{since.isoformat()}'"
    connection.execute(f"create or replace temp view recent_issues as select * from issues {where}")


def _create_pair_issues(connection: DuckDBPyConnection) -> None:
    """`pair_issues`: the issues of the arrivals that are in pairs, numbered from 0 by encoder."""
    connection.execute(
        """create or replace temp table pair_issues as
        with members as (
            select call_id, arrival_id from arrival_calls
            where arrival_id in (select later_id from pairs union select earlier_id from pairs)
        )
        select (row_number() over (partition by i.encoder order by i.call_id, i.issue) - 1)::bigint as row,
            m.arrival_id, i.call_id, i.issue, i.encoder, i.language
        from recent_issues i join members m using (call_id)"""
    )


def _of_encoder(connection: DuckDBPyConnection, encoder: str) -> tuple[Numbers, npt.NDArray[np.float64]]:
    """Every two issues of a pair, by this encoder: the pairs and the likenesses."""
    ground = _ground(connection, encoder)
    loaded = _load(connection, encoder, ground)
    combined = connection.execute(
        """select p.pair, x.row as later, y.row as earlier from pairs p
        join pair_issues x on x.arrival_id = p.later_id and x.encoder = $encoder
        join pair_issues y on y.arrival_id = p.earlier_id and y.encoder = $encoder order by all""",
        {"encoder": encoder},
    ).fetchnumpy()
    pairs, later, earlier = (np.asarray(combined[name], np.int64) for name in ("pair", "later", "earlier"))
    kept = loaded.spoken[later] & loaded.spoken[earlier]
    pairs, later, earlier = pairs[kept], later[kept], earlier[kept]
    blocks = [slice(start, start + BATCH) for start in range(0, len(pairs), BATCH)]
    values = [_alike(loaded, ground, later[block], earlier[block]) for block in blocks]
    return pairs, np.concatenate([np.zeros(0), *values])


def _alike(loaded: Loaded, ground: Ground, later: Numbers, earlier: Numbers) -> npt.NDArray[np.float64]:
    one, other = loaded.vectors[later].astype(np.float32), loaded.vectors[earlier].astype(np.float32)
    cosine = np.einsum("ij,ij->i", one, other)
    # Taking the mean off n issues makes two unrelated ones point apart by 1 / (n - 1). A dimension of each language's
    # own puts that back, so that unrelated issues are at 0 among ten as among a million.
    own = 1.0 / np.maximum(ground.issues - 1, 1)
    at, before = loaded.language[later], loaded.language[earlier]
    meaning = (cosine + np.where(at == before, own[at], 0.0)) / np.sqrt((1 + own[at]) * (1 + own[before]))
    shared = np.asarray(loaded.words[later].multiply(loaded.words[earlier]).sum(axis=1)).ravel()
    # Half precision leaves a little over 1.
    return np.clip(np.asarray((meaning + WORDS_WEIGHT * shared) / (1 + WORDS_WEIGHT), dtype=np.float64), -1.0, 1.0)


def _ground(connection: DuckDBPyConnection, encoder: str) -> Ground:
    counts = connection.execute(
        "select language, count(*) from recent_issues where encoder = ? group by language order by language", [encoder]
    ).fetchall()
    samples = [_sample(connection, encoder, language, issues) for language, issues in counts]
    return Ground(
        languages=tuple(language for language, _ in counts),
        means=np.stack([mean for mean, _ in samples]),
        weights=np.stack([weights for _, weights in samples]),
        issues=np.array([issues for _, issues in counts], np.int64),
    )


def _sample(connection: DuckDBPyConnection, encoder: str, language: str, issues: int) -> tuple[Floats, Floats]:
    """The mean vector and the words' weights, of the calls whose ids hash lowest: these hardly change overnight."""
    share = min(1.0, SAMPLED / issues)
    rows = connection.sql(
        """select vector, terms from recent_issues
        where encoder = ? and language = ? and md5_number_lower(call_id) / 18446744073709551616.0 <= ?
        order by call_id, issue""",
        params=[encoder, language, share],
    ).to_arrow_table()
    vectors = matrix_of(rows["vector"])
    spoken = vectors.any(axis=1)
    mean = vectors[spoken].mean(axis=0) if spoken.any() else np.zeros(vectors.shape[1], np.float32)
    return mean, _weights(_words(rows["terms"].combine_chunks()))


def _weights(words: Any) -> Floats:
    """Inverse document frequencies, smoothed as scikit-learn's are; 0 for a word that is everybody's."""
    documents = words.shape[0]
    having = np.bincount(words.indices, minlength=words.shape[1])
    weights = np.log((1.0 + documents) / (1.0 + having)) + 1.0
    return np.where(having <= max(2.0, LARGEST_SHARE * documents), weights, 0.0).astype(np.float32)


def _load(connection: DuckDBPyConnection, encoder: str, ground: Ground) -> Loaded:
    """The issues in `pair_issues`; only a batch of them is in memory as the store has it."""
    from scipy.sparse import vstack

    ((issues,),) = connection.execute("select count(*) from pair_issues where encoder = ?", [encoder]).fetchall()
    vectors = np.zeros((issues, ground.means.shape[1]), np.float16)
    language, spoken = np.zeros(issues, np.int64), np.zeros(issues, np.bool_)
    rows, words = [], []
    with _joins_as_written(connection):
        reader = connection.sql(
            """select p.row, p.language, i.vector, i.terms
            from recent_issues i join pair_issues p using (call_id, issue) where p.encoder = ? and i.encoder = ?""",
            params=[encoder, encoder],
        ).to_arrow_reader(BATCH)
        for batch in reader:
            places, part = np.asarray(batch.column("row"), np.int64), _centred(batch, ground)
            vectors[places], language[places], spoken[places] = part.vectors, part.language, part.spoken
            rows.append(places)
            words.append(part.words)
    order = np.argsort(np.concatenate(rows))
    return Loaded(vectors, vstack(words, format="csr")[order], language, spoken)


@contextmanager
def _joins_as_written(connection: DuckDBPyConnection) -> Iterator[None]:
    """DuckDB takes the issues for the smaller side of a join, and would hold the vectors of all of them."""
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        connection.execute("reset disabled_optimizers")


def _centred(batch: pa.RecordBatch, ground: Ground) -> Loaded:
    from scipy.sparse import csr_matrix

    names = batch.column("language").to_pylist()
    language = np.array([ground.languages.index(name) for name in names], np.int64)
    vectors = matrix_of(batch.column("vector"))
    words = _words(batch.column("terms"))
    weights = ground.weights[np.repeat(language, np.diff(words.indptr)), words.indices]
    weighed = csr_matrix((weights, words.indices, words.indptr), shape=words.shape)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(words.indptr)).astype(np.float32)
    return Loaded(
        vectors=unit_rows(vectors - ground.means[language]).astype(np.float16),
        words=weighed,
        language=language,
        spoken=np.asarray(vectors.any(axis=1)),
    )


def _words(terms: pa.Array) -> Any:
    """Which words each issue has: sparse [issues, 2^20] of ones."""
    from scipy.sparse import csr_matrix

    lengths = terms.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    columns = terms.flatten().to_numpy(zero_copy_only=False).astype(np.int32) & (2**WORD_BITS - 1)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    words = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(lengths), 2**WORD_BITS))
    words.sum_duplicates()
    words.data[:] = 1.0
    return words
