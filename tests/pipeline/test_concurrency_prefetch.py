import threading
import time

import pytest

from pipeline.concurrency.prefetch import prefetch


def test_results_keep_the_order_of_items() -> None:
    def slow_if_even(number: int) -> int:
        time.sleep(0.02 if number % 2 == 0 else 0.0)
        return number * 10

    assert list(prefetch(slow_if_even, range(9), threads=3)) == [number * 10 for number in range(9)]


def test_items_are_read_a_bounded_number_ahead() -> None:
    drawn: list[int] = []

    def note(number: int) -> int:
        drawn.append(number)
        return number

    results = prefetch(lambda number: number, (note(n) for n in range(1000)), threads=2)
    assert [next(results), next(results)] == [0, 1]
    assert len(drawn) == 4


def test_an_error_is_raised_in_its_place_and_stops_the_threads() -> None:
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


def test_abandoning_the_generator_stops_its_threads() -> None:
    before = threading.active_count()
    results = prefetch(lambda number: number, range(100), threads=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
