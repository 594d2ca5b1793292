import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.score.interval import quantile

TOTALS = st.lists(st.floats(0, 100), min_size=1, max_size=40)


@given(TOTALS, st.floats(0, 1))
def test_quantile_equals_numpy_to_the_last_digit(totals: list[float], share: float):
    assert quantile(np.sort(np.array(totals)), share) == float(np.quantile(np.array(totals), share))
