"""Issue pairs: how similar the issues of two arrivals are, computed only for the pairs asked for.

Sentence vectors of telephone speech share most of their direction (its tone), so each language's mean is subtracted
first. Meaning alone confuses tone with topic; the words that two issues share decide. The means and the word weights
come from a sample of all issues, so that one night's pairs are judged like a year's.
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

from pipeline.analytics.measure.working_tables import WorkingTable, create_table, create_view, working_tables
from pipeline.enrich.issues import unit_rows
from pipeline.store.issue_vectors import matrix_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Shared words weigh 0.36 where meaning weighs 1.
WORDS_WEIGHT = 0.36
# Words in more than this share of the issues are ignored.
LARGEST_SHARE = 0.3
# Size of the sample for a mean, whose error is then about a hundredth of a vector's length.
SAMPLED = 20_000
# Bits of the hash that identifies a word: one in 400 pairs of issues of fifty words has a chance collision.
WORD_BITS = 20
BATCH = 8_192

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the issues of one encoder have in common, by language.

    `means` float32 [languages, dimensions], `weights` float32 [languages, 2^20] of words, `issues` int64 [languages],
    the number of issues.
    """

    languages: tuple[str, ...]
    means: Floats = field(repr=False)
    weights: Floats = field(repr=False)
    issues: Numbers


@dataclass(frozen=True, slots=True)
class Loaded:
    """Issues as rows of unit length.

    `vectors` float16 [issues, dimensions] has the mean subtracted; `words` is sparse [issues, 2^20]. `language` int64
    [issues] indexes the languages of the baseline; `spoken` is false for an issue without words.
    """

    vectors: npt.NDArray[np.float16] = field(repr=False)
    words: Any = field(repr=False)
    language: Numbers = field(repr=False)
    spoken: npt.NDArray[np.bool_] = field(repr=False)


def similarity_of_pairs(connection: DuckDBPyConnection, *, since: date | None = None) -> pa.Table:
    """Return the similarity of the pairs in the working table `arrival_pairs`, as columns pair and similarity.

    1 for the same words, about 0 for different topics. If an arrival has several issues, the most similar two count.
    Vectors of different encoders cannot be compared, so a pair has no row if its issues have no encoder in common, or
    no spoken words. With `since`, issues of earlier dates are not read at all.
    """
    with working_tables(connection, (RECENT_ISSUES, PAIR_ISSUES), since=since):
        encoders = connection.execute("select distinct encoder from pair_issues order by encoder").fetchall()
        by_encoder = [_of_encoder(connection, encoder) for (encoder,) in encoders]
    pairs = np.concatenate([np.zeros(0, np.int64), *(pairs for pairs, _ in by_encoder)])
    values = np.concatenate([np.zeros(0), *(values for _, values in by_encoder)])
    order = np.argsort(pairs, kind="stable")
    found, first = np.unique(pairs[order], return_index=True)
    best = np.maximum.reduceat(values[order], first) if len(first) else values
    return pa.table({"pair": pa.array(found, pa.int64()), "similarity": pa.array(best, pa.float64())})


def _create_recent_issues(connection: DuckDBPyConnection, since: date | None) -> None:
    where = "" if since is None else f"where date >= date '{since.isoformat()}'"
    create_view(connection, "recent_issues", f"select * from issues {where}")


def _create_pair_issues(connection: DuckDBPyConnection, _: date | None) -> None:
    create_table(
        connection,
        "pair_issues",
        """with members as (
            select call_id, arrival_id from arrival_calls
            where arrival_id in (select later_id from arrival_pairs union select earlier_id from arrival_pairs)
        )
        select (row_number() over (partition by i.encoder order by i.call_id, i.issue) - 1)::bigint as row,
            m.arrival_id, i.call_id, i.issue, i.encoder, i.language
        from recent_issues i join members m using (call_id)""",
    )


RECENT_ISSUES = WorkingTable("recent_issues", reads=("issues",), create=_create_recent_issues)
# The issues of the arrivals in pairs, numbered from 0 by encoder.
PAIR_ISSUES = WorkingTable(
    "pair_issues", reads=("recent_issues", "arrival_calls", "arrival_pairs"), create=_create_pair_issues
)


def _of_encoder(connection: DuckDBPyConnection, encoder: str) -> tuple[Numbers, npt.NDArray[np.float64]]:
    """Return the pair and the similarity of every two issues that a pair may compare by this encoder."""
    baseline = _baseline(connection, encoder)
    loaded = _load(connection, encoder, baseline)
    combined = connection.execute(
        """select p.pair, x.row as later, y.row as earlier from arrival_pairs p
        join pair_issues x on x.arrival_id = p.later_id and x.encoder = $encoder
        join pair_issues y on y.arrival_id = p.earlier_id and y.encoder = $encoder order by all""",
        {"encoder": encoder},
    ).fetchnumpy()
    pairs, later, earlier = (np.asarray(combined[name], np.int64) for name in ("pair", "later", "earlier"))
    kept = loaded.spoken[later] & loaded.spoken[earlier]
    pairs, later, earlier = pairs[kept], later[kept], earlier[kept]
    blocks = [slice(start, start + BATCH) for start in range(0, len(pairs), BATCH)]
    values = [_similarities(loaded, baseline, later[block], earlier[block]) for block in blocks]
    return pairs, np.concatenate([np.zeros(0), *values])


def _similarities(loaded: Loaded, baseline: Baseline, later: Numbers, earlier: Numbers) -> npt.NDArray[np.float64]:
    one, other = loaded.vectors[later].astype(np.float32), loaded.vectors[earlier].astype(np.float32)
    cosine = np.einsum("ij,ij->i", one, other)
    # Subtracting the mean of n issues pushes two unrelated ones apart by 1 / (n - 1). An extra dimension per language
    # compensates, so that unrelated issues are at 0 among ten as well as among a million.
    own = 1.0 / np.maximum(baseline.issues - 1, 1)
    at, before = loaded.language[later], loaded.language[earlier]
    meaning = (cosine + np.where(at == before, own[at], 0.0)) / np.sqrt((1 + own[at]) * (1 + own[before]))
    shared = np.asarray(loaded.words[later].multiply(loaded.words[earlier]).sum(axis=1)).ravel()
    # Half precision may exceed 1 slightly.
    return np.clip(np.asarray((meaning + WORDS_WEIGHT * shared) / (1 + WORDS_WEIGHT), dtype=np.float64), -1.0, 1.0)


def _baseline(connection: DuckDBPyConnection, encoder: str) -> Baseline:
    counts = connection.execute(
        "select language, count(*) from recent_issues where encoder = ? group by language order by language", [encoder]
    ).fetchall()
    samples = [_sample(connection, encoder, language, issues) for language, issues in counts]
    return Baseline(
        languages=tuple(language for language, _ in counts),
        means=np.stack([mean for mean, _ in samples]),
        weights=np.stack([weights for _, weights in samples]),
        issues=np.array([issues for _, issues in counts], np.int64),
    )


def _sample(connection: DuckDBPyConnection, encoder: str, language: str, issues: int) -> tuple[Floats, Floats]:
    """Return the mean vector and the word weights of the calls whose ids hash lowest, which hardly change overnight."""
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
    """Return inverse document frequencies, smoothed like scikit-learn's; 0 for a word that is too common."""
    documents = words.shape[0]
    having = np.bincount(words.indices, minlength=words.shape[1])
    weights = np.log((1.0 + documents) / (1.0 + having)) + 1.0
    return np.where(having <= max(2.0, LARGEST_SHARE * documents), weights, 0.0).astype(np.float32)


def _load(connection: DuckDBPyConnection, encoder: str, baseline: Baseline) -> Loaded:
    """Load the issues in `pair_issues`, with only one batch at a time in the precision of the store."""
    from scipy.sparse import vstack

    ((issues,),) = connection.execute("select count(*) from pair_issues where encoder = ?", [encoder]).fetchall()
    vectors = np.zeros((issues, baseline.means.shape[1]), np.float16)
    language, spoken = np.zeros(issues, np.int64), np.zeros(issues, np.bool_)
    rows, words = [], []
    with _joins_as_written(connection):
        reader = connection.sql(
            """select p.row, p.language, i.vector, i.terms
            from recent_issues i join pair_issues p using (call_id, issue) where p.encoder = ? and i.encoder = ?""",
            params=[encoder, encoder],
        ).to_arrow_reader(BATCH)
        for batch in reader:
            places, part = np.asarray(batch.column("row"), np.int64), _centred(batch, baseline)
            vectors[places], language[places], spoken[places] = part.vectors, part.language, part.spoken
            rows.append(places)
            words.append(part.words)
    order = np.argsort(np.concatenate(rows))
    return Loaded(vectors, vstack(words, format="csr")[order], language, spoken)


@contextmanager
def _joins_as_written(connection: DuckDBPyConnection) -> Iterator[None]:
    """Keep the sides of joins, because DuckDB would take the issues for the smaller side and load all vectors."""
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        connection.execute("reset disabled_optimizers")


def _centred(batch: pa.RecordBatch, baseline: Baseline) -> Loaded:
    from scipy.sparse import csr_matrix

    names = batch.column("language").to_pylist()
    language = np.array([baseline.languages.index(name) for name in names], np.int64)
    vectors = matrix_of(batch.column("vector"))
    words = _words(batch.column("terms"))
    weights = baseline.weights[np.repeat(language, np.diff(words.indptr)), words.indices]
    weighed = csr_matrix((weights, words.indices, words.indptr), shape=words.shape)
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(words.indptr)).astype(np.float32)
    return Loaded(
        vectors=unit_rows(vectors - baseline.means[language]).astype(np.float16),
        words=weighed,
        language=language,
        spoken=np.asarray(vectors.any(axis=1)),
    )


def _words(terms: pa.Array) -> Any:
    """Return which words each issue has, as sparse ones [issues, 2^20]."""
    from scipy.sparse import csr_matrix

    lengths = terms.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    columns = terms.flatten().to_numpy(zero_copy_only=False).astype(np.int32) & (2**WORD_BITS - 1)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    words = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(lengths), 2**WORD_BITS))
    words.sum_duplicates()
    words.data[:] = 1.0
    return words
