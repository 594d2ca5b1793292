from repeat_calls import about, contact, matched, with_repeats

from pipeline.overall.arrivals import DEFAULT_RULES
from pipeline.overall.chains import find_chains, rooted
from pipeline.overall.followed import followed
from pipeline.overall.frontier import frontier_figures
from pipeline.overall.ownership import ownership_figures
from pipeline.overall.resolution import resolution_figures


def store():
    calls = [contact("a", 0), contact("b", 0, minute=10, agents=("a2",)), contact("c", 4), contact("d", 20)]
    return with_repeats(calls, [matched("c", "b", 4)], about("b", "t1"))


def temporary(connection):
    rows = connection.execute("select table_name from duckdb_tables() where temporary order by 1").fetchall()
    return [name for (name,) in rows]


def test_an_arrival_knows_what_came_before_and_after_it():
    connection = store()
    with followed(connection, rules=DEFAULT_RULES):
        rows = connection.execute(
            """select arrival_id, chain_id, topic_id, agent_id, days_since, days_until, round(watched_days, 3),
                past_days from followed order by first_at"""
        ).fetchall()
    assert rows == [
        ("a", "a", "t1", "a2", None, 4.0, 19.993, 0.0),
        ("c", "a", "", "a1", 4.0, None, 16.0, 4.0),
        ("d", "d", "", "a1", None, None, 0.0, 20.0),
    ]


def test_all_makers_find_the_same_alone_and_together():
    makers = (find_chains, resolution_figures, ownership_figures, frontier_figures)
    alone = [maker(store()) for maker in makers]
    connection = store()
    with rooted(connection, rules=DEFAULT_RULES), followed(connection, rules=DEFAULT_RULES):
        together = [maker(connection) for maker in makers]
        assert temporary(connection) == ["arrivals", "followed", "main_topics", "roots"]
    assert temporary(connection) == []
    assert all(one.equals(other) for one, other in zip(alone, together, strict=True))
