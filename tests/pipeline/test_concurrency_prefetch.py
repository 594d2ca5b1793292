import threading
import time

import pytest

from pipeline.concurrency.prefetch import prefetch


def test_results_come_in_the_order_given_whatever_takes_longest() -> None:
    def slow_if_even(number: int) -> int:
        time.sleep(0.02 if number % 2 == 0 else 0.0)
        return number * 10

    assert list(prefetch(slow_if_even, range(9), threads=3)) == [number * 10 for number in range(9)]


def test_no_more_is_drawn_than_a_bounded_number_of_steps_ahead() -> None:
    drawn: list[int] = []

    def note(number: int) -> int:
        drawn.append(number)
        return number

    results = prefetch(lambda number: number, (note(n) for n in range(1000)), threads=2)
    assert [next(results), next(results)] == [0, 1]
    assert len(drawn) == 4


def test_an_error_comes_at_its_place_and_ends_the_threads() -> None:
    def bad_at_two(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    before = threading.active_count()
    results = prefetch(bad_at_two, range(100), threads=2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
    assert threading.active_count() == before


def test_who_stops_early_leaves_no_threads() -> None:
    before = threading.active_count()
    results = prefetch(lambda number: number, range(100), threads=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
