"""Similarity: how far two issues are about the same thing, by meaning and by shared words.

Sentence vectors of telephone speech share most of their direction (its tone), so each language's mean is subtracted
first. Meaning alone confuses tone with topic; the words that two issues share decide. Issues in different languages
share no words, so their meanings must agree more closely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.analytics.topics.issues import Issues
from pipeline.enrich.issues import unit_rows

# Shared words weigh 0.36 where meaning weighs 1.
WORDS_WEIGHT = 0.36
LARGEST_SHARE = 0.3

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Similarity:
    """Issues as rows: `meanings` float32 [issues, dimensions], `words` sparse [issues, terms], both of unit length."""

    meanings: Floats = field(repr=False)
    words: Any = field(repr=False)

    def __len__(self) -> int:
        return len(self.meanings)

    def between(self, rows: Rows, columns: Rows) -> Floats:
        """Return the similarity of each row issue to each column issue, float32 [rows, columns].

        1 for the same words, about 0 for different topics.
        """
        meaning = self.meanings[rows] @ self.meanings[columns].T
        shared = (self.words[rows] @ self.words[columns].T).toarray()
        return _weighed(meaning, shared)

    def means(self, labels: Rows, groups: int) -> Similarity:
        """Return the means of the groups 0 to `groups` - 1 as rows, which are not of unit length."""
        from scipy.sparse import csr_matrix

        members = np.flatnonzero(labels >= 0)
        sizes = np.maximum(np.bincount(labels[members], minlength=groups), 1)
        shares = (1.0 / sizes[labels[members]]).astype(np.float32)
        mean_of = csr_matrix((shares, (labels[members], members)), shape=(groups, len(self)))
        return Similarity(np.asarray(mean_of @ self.meanings, dtype=np.float32), mean_of @ self.words)

    def with_means(self, means: Similarity) -> Floats:
        """Return the mean similarity of each issue to the issues of each group, float32 [issues, groups]."""
        return _weighed(self.meanings @ means.meanings.T, (self.words @ means.words.T).toarray())


@dataclass(frozen=True, slots=True)
class Space:
    """What a sample of issues says about all: the mean vector of each language and the weight of each term.

    Subtracting the mean of n issues pushes two unrelated ones apart by 1 / (n - 1). An extra dimension per language
    compensates, so unrelated issues are at 0 in a night of ten calls as well as in a year of calls.
    """

    means: Mapping[str, Floats] = field(repr=False)
    own: Mapping[str, float]
    terms: npt.NDArray[np.int64] = field(repr=False)
    weights: Floats = field(repr=False)

    def place(self, issues: Issues) -> Similarity:
        """Return the issues as comparable rows."""
        size = issues.vectors.shape[1]
        meanings = np.zeros((len(issues), size + len(self.means)), dtype=np.float32)
        meanings[:, :size] = issues.vectors
        for number, (language, mean) in enumerate(self.means.items()):
            rows = issues.languages == language
            meanings[rows, :size] = unit_rows(issues.vectors[rows] - mean)
            meanings[rows, size + number] = self.own[language]
        return Similarity(unit_rows(meanings), self._words(issues))

    def _words(self, issues: Issues) -> Any:
        """Return unit rows of TF-IDF with 1 + log of the count, sparse [issues, terms]."""
        from sklearn.preprocessing import normalize

        counts = _counts(issues, self.terms)
        if not counts.nnz:
            return counts
        counts.data = (1.0 + np.log(counts.data)) * self.weights[counts.indices]
        return normalize(counts, copy=False)


def space_of(issues: Issues) -> Space:
    """Build the space of these issues. Drops terms in only one issue, or in more than `LARGEST_SHARE` of them."""
    languages = sorted(set(issues.languages.tolist()))
    sizes = {language: int((issues.languages == language).sum()) for language in languages}
    terms = np.unique(issues.term_ids)
    issues_with = np.asarray((_counts(issues, terms) > 0).sum(axis=0)).ravel()[: len(terms)]
    kept = (issues_with >= 2) & (issues_with <= max(2.0, LARGEST_SHARE * len(issues)))
    return Space(
        means={language: issues.vectors[issues.languages == language].mean(axis=0) for language in languages},
        own={language: (1.0 / max(size - 1, 1)) ** 0.5 for language, size in sizes.items()},
        terms=terms[kept],
        # Same as scikit-learn's TfidfTransformer.
        weights=(np.log((1 + len(issues)) / (1 + issues_with[kept])) + 1.0).astype(np.float32),
    )


def _counts(issues: Issues, terms: npt.NDArray[np.int64]) -> Any:
    """Count sorted terms by issue, as sparse float32 [issues, terms], with at least one column."""
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(len(issues)), np.diff(issues.offsets))
    places = np.searchsorted(terms, issues.term_ids)
    known = places < len(terms)
    known[known] = terms[places[known]] == issues.term_ids[known]
    ones = np.ones(int(known.sum()), dtype=np.float32)
    shape = (len(issues), max(len(terms), 1))
    found = csr_matrix((ones, (rows[known], places[known])), shape=shape)
    found.sum_duplicates()
    return found


def _weighed(meaning: Floats, shared: Floats) -> Floats:
    return np.asarray((meaning + WORDS_WEIGHT * shared) / (1 + WORDS_WEIGHT), dtype=np.float32)
