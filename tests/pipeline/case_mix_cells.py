"""Simulated calls for tests of comparisons between agents, as cells."""

import numpy as np

from pipeline.analytics.agents.case_mix import CaseMix


def cells_of(agent, topic, values, *, queue=None):
    """Cells from one entry per call."""
    queue = np.zeros(len(agent), int) if queue is None else queue
    keys, place = np.unique(np.stack([agent, topic, queue], axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1)
    return CaseMix(
        agents=[f"a{code:04}" for code in range(int(np.max(agent)) + 1)],
        agent=keys[:, 0],
        kinds={
            "topic": ([f"t{code:03}" for code in range(int(np.max(topic)) + 1)], keys[:, 1]),
            "language": (["en"], np.zeros(len(keys), int)),
            "queue": ([f"q{code}" for code in range(int(np.max(queue)) + 1)], keys[:, 2]),
        },
        n=np.bincount(place),
        totals=np.bincount(place, values),
        squares=np.bincount(place, np.square(values)),
    )


def unequal_case_mix(rng, *, agents, topics, calls, favour=3.0):
    """Draw agents and topics of calls: every agent gets some topics more than others."""
    mixes = rng.dirichlet(np.full(topics, 1 / favour), size=agents)
    agent = rng.choice(agents, size=calls, p=rng.dirichlet(np.full(agents, 4.0)))
    topic = np.array([rng.choice(topics, p=mixes[one]) for one in agent])
    return agent, topic
