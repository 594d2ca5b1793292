"""Cold-start prior: the weights of satisfaction before a centre has surveys, by judgement and open to dispute.

The model is an ordinal logit with proportional odds (McCullagh 1980, JRSS B 42, 109-142): for answers 1 to 5,
P(answer <= k) = 1 / (1 + exp(points - threshold_k)), where a call's points are the sum of its weights. Half a point
changes the odds of a better answer by two thirds, one point by a factor of 2.7.

Published findings give only the sign and the rank of each weight. The sizes are ours: a few simple numbers that give a
typical resolved call about 4.2, and an unresolved one that ends badly about 1.9. No centre's data was used. A fit to a
centre's surveys starts here, and each weight's `doubt` limits how far it may move.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriorWeight:
    """Points per unit of one feature of a call. With `keeps_sign`, a fit may shrink it to 0 but not change its sign."""

    name: str
    points: float
    unit: str
    reason: str
    keeps_sign: bool = True

    @property
    def doubt(self) -> float:
        """The prior standard deviation, so that both 0 and twice the weight stay plausible."""
        return max(abs(self.points) / 2, LEAST_DOUBT)


# For a call with an agreed follow-up, neutral throughout and without effort, 8 % answer 1, 10 % 2, 17 % 3, 36 % 4 and
# 29 % 5.
THRESHOLDS = (-2.4, -1.5, -0.6, 0.9)
# Prior standard deviations: the least of any weight; of the level, so that centres differ by about half a point of
# five; and of the logarithms of the gaps between thresholds, so that gaps differ by about a third.
LEAST_DOUBT, LEVEL_DOUBT, GAP_DOUBT = 0.25, 0.7, 0.3

RESOLUTION = (
    "Calls settled on first contact satisfy more than any other measured quality of a call centre (Feinberg et al. "
    "2000, Int. J. Service Industry Management 11, 131-141)"
)
END = "How an episode ends weighs more than its length (Kahneman et al. 1993, Psychological Science 4, 401-405)"
BAD = "Bad weighs more than good (Mittal, Ross & Baldasare 1998, J. Marketing 62(1), 33-47)"
EFFORT = (
    "Having to repeat oneself, be passed on or call again drives disloyalty (Dixon et al. 2010, HBR 88(7), 116-122)"
)
WAITING = "Delay lowers the evaluation of a service (Taylor 1994, J. Marketing 58(2), 56-69)"
RECOVERY = "A failure made good wins much of it back (de Matos et al. 2007, J. Service Research 10, 60-77)"
INTENT = (
    "Complaining and leaving go with dissatisfaction (Szymanski & Henard 2001, J. Acad. Marketing Science 29, 16-35)"
)

WEIGHTS = (
    PriorWeight("resolved", 0.9, "outcome is resolved (against follow-up)", RESOLUTION),
    PriorWeight("unresolved", -1.2, "outcome is unresolved (against follow-up)", RESOLUTION),
    PriorWeight("outcome_unknown", 0.0, "outcome is not known", "Nothing is known either way", keeps_sign=False),
    PriorWeight("ends_positive", 0.8, "customer's last third is positive", END),
    PriorWeight("ends_negative", -1.3, "customer's last third is negative", f"{END}. {BAD}"),
    PriorWeight("middle_positive", 0.2, "second third is positive", END),
    PriorWeight("middle_negative", -0.4, "second third is negative", BAD),
    PriorWeight("begins_positive", 0.1, "first third is positive", END),
    PriorWeight("begins_negative", -0.2, "first third is negative", "Most who call with a problem begin so"),
    PriorWeight("recovered", 0.3, "was negative and did not end so", RECOVERY),
    PriorWeight("repetitions", -0.25, "each time the customer had to say the same again, up to 4", EFFORT),
    PriorWeight("transfers", -0.4, "each further agent, up to 3", EFFORT),
    PriorWeight("hold", -0.25, "each doubling of 1 + minutes on hold, up to 4", WAITING),
    PriorWeight("silence", -0.2, "each quarter of the call in which nobody speaks, up to 3", WAITING),
    PriorWeight("long_for_topic", -0.25, "each doubling of the topic's median duration, up to 2", EFFORT),
    PriorWeight("escalated", -0.8, "asked for a superior or threatened a complaint", INTENT),
    PriorWeight("churn", -0.9, "spoke of leaving", INTENT),
    PriorWeight("called_before", -0.4, "repeats an earlier call", EFFORT),
    PriorWeight("called_again", -0.7, "a later call repeats it", f"{RESOLUTION}. {EFFORT}"),
)
NAMES = tuple(weight.name for weight in WEIGHTS)
