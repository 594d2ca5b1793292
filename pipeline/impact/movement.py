"""Score changes between two versions of a form: per call, per agent and overall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Move:
    """One call's total by the old and the new form; None where a form gives none."""

    call_id: str
    agent_id: str
    before: float | None
    after: float | None

    @property
    def by(self) -> float:
        """Change of the total; 0 if either is missing."""
        return 0.0 if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class AgentMove:
    """Mean totals of an agent's calls that have both totals."""

    agent_id: str
    calls: int
    before: float
    after: float

    @property
    def by(self) -> float:
        """Change of the mean."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Movement:
    """All compared calls. `answers` counts the calls whose answer changes, by question."""

    moves: tuple[Move, ...]
    answers: Mapping[str, int] = field(default_factory=dict)

    @property
    def compared(self) -> tuple[Move, ...]:
        """Calls with a total by both forms."""
        return tuple(move for move in self.moves if move.before is not None and move.after is not None)

    @property
    def moved(self) -> tuple[Move, ...]:
        """Calls whose total visibly changes, largest change first."""
        changed = [move for move in self.compared if abs(move.by) >= 0.05]
        return tuple(sorted(changed, key=lambda move: (-abs(move.by), move.call_id)))

    @property
    def gained_or_lost(self) -> tuple[Move, ...]:
        """Calls with a total by only one form."""
        return tuple(move for move in self.moves if (move.before is None) != (move.after is None))

    @property
    def mean_before(self) -> float | None:
        """Mean total by the old form, over compared calls."""
        return _mean([move.before for move in self.compared if move.before is not None])

    @property
    def mean_after(self) -> float | None:
        """Mean total by the new form, over compared calls."""
        return _mean([move.after for move in self.compared if move.after is not None])

    @property
    def mean_distance(self) -> float | None:
        """Mean absolute change per call."""
        return _mean([abs(move.by) for move in self.compared])

    def agents(self) -> tuple[AgentMove, ...]:
        """Every known agent, largest change first."""
        by_agent: dict[str, list[Move]] = defaultdict(list)
        for move in self.compared:
            if move.agent_id:
                by_agent[move.agent_id].append(move)
        found = [_agent(agent_id, moves) for agent_id, moves in by_agent.items()]
        return tuple(sorted(found, key=lambda agent: (-abs(agent.by), agent.agent_id)))


def _agent(agent_id: str, moves: Sequence[Move]) -> AgentMove:
    return AgentMove(
        agent_id,
        len(moves),
        fmean(move.before for move in moves if move.before is not None),
        fmean(move.after for move in moves if move.after is not None),
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
