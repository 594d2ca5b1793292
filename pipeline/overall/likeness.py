"""Likeness: how much two calls are about the same thing, by meaning and by shared words.

Sentence vectors of telephone speech share most of their direction (its tone), so each language's mean is taken off
first. Meaning alone mistakes tone for matter; the words that two calls share settle it. Calls in different languages
share no words, so that their meanings must agree the more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.overall.digest import CallDigest
from pipeline.overall.issue import unit_rows

# Shared words weigh 0.36 where meaning weighs 1.
WORDS_WEIGHT = 0.36
LARGEST_SHARE = 0.3
CHINESE_GRAMS = (2, 3)
# Scikit-learn takes these for stop words; customers call about them.
TELLING = frozenset({"amount", "bill", "computer", "fire", "interest", "move", "system"})

_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{2,}(?:['’][^\W\d_\u3400-\u9fff]+)?")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Calls as rows: `meanings` float32 [calls, dimensions] and `words`, sparse [calls, terms], both of unit length."""

    meanings: Floats = field(repr=False)
    words: Any = field(repr=False)

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return len(self.meanings)

    def between(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Floats:
        """Likeness of each row call with each column call, float32 [rows, columns].

        1 for the same words, about 0 for different matters.
        """
        meaning = self.meanings[rows] @ self.meanings[columns].T
        shared = (self.words[rows] @ self.words[columns].T).toarray()
        return _weighed(meaning, shared)

    def to_groups(self, labels: npt.NDArray[np.intp], groups: int) -> Floats:
        """The mean likeness of each call with the calls of each group 0 to `groups` - 1, float32 [calls, groups]."""
        from scipy.sparse import csr_matrix

        members = np.flatnonzero(labels >= 0)
        sizes = np.maximum(np.bincount(labels[members], minlength=groups), 1)
        shares = (1.0 / sizes[labels[members]]).astype(np.float32)
        mean_of = csr_matrix((shares, (labels[members], members)), shape=(groups, self.calls))
        meaning = self.meanings @ (mean_of @ self.meanings).T
        shared = (self.words @ (mean_of @ self.words).T).toarray()
        return _weighed(meaning, shared)


def _weighed(meaning: Floats, shared: Floats) -> Floats:
    return np.asarray((meaning + WORDS_WEIGHT * shared) / (1 + WORDS_WEIGHT), dtype=np.float32)


def likeness(digests: Sequence[CallDigest]) -> Likeness:
    """Likeness among these calls.

    Taking the mean off n calls makes two unrelated ones point apart by 1 / (n - 1); a dimension of each language's own
    puts that back, so that unrelated calls are at 0 in a night of ten calls as in a year of them.
    """
    languages = np.array([call.language for call in digests], dtype=np.str_)
    vectors = np.stack([call.vector for call in digests])
    names = np.unique(languages)
    meanings = np.zeros((len(digests), vectors.shape[1] + len(names)), dtype=np.float32)
    for number, language in enumerate(names):
        rows = languages == language
        meanings[rows, : vectors.shape[1]] = unit_rows(vectors[rows] - vectors[rows].mean(axis=0))
        meanings[rows, vectors.shape[1] + number] = (1.0 / max(rows.sum() - 1, 1)) ** 0.5
    return Likeness(meanings=unit_rows(meanings), words=_words(digests))


def terms(texts: Sequence[str]) -> list[str]:
    """Words and pairs of words without stop words, and runs of two and three Chinese characters."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    stop_words = ENGLISH_STOP_WORDS - TELLING
    found: list[str] = []
    for text in texts:
        words = [word for word in _WORD.findall(text.casefold()) if word not in stop_words]
        found += words + [f"{first} {second}" for first, second in pairwise(words)]
        for run in _CHINESE.findall(text):
            found += [run[at : at + size] for size in CHINESE_GRAMS for at in range(len(run) - size + 1)]
    return found


def _words(digests: Sequence[CallDigest]) -> Any:
    """Unit rows of TF-IDF over the terms that two calls share and that are not everybody's; sparse [calls, terms]."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    documents = [terms(call.texts) for call in digests]
    if not any(documents):
        return csr_matrix((len(digests), 1), dtype=np.float32)
    counts = CountVectorizer(analyzer=lambda document: document, dtype=np.float32).fit_transform(documents)
    calls_with = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = (calls_with >= 2) & (calls_with <= max(2.0, LARGEST_SHARE * len(digests)))
    if not kept.any():
        return csr_matrix((len(digests), 1), dtype=np.float32)
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, kept])
