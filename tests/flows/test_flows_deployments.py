"""Scheduling on a real server without its background services."""

from importlib.metadata import version

import pytest

from pipeline.errors import ConfigError

SQLALCHEMY = tuple(map(int, version("sqlalchemy").split(".")[:2]))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("prefect_server_for_tests"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def served(monkeypatch):
    """The deployments that `serve` passes to Prefect."""
    import prefect

    served = []
    monkeypatch.setattr(prefect, "serve", lambda *deployments, **options: served.append((deployments, options)))
    return served


def runs_of_the_schedule():
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        return [run for run in client.read_flow_runs() if run.auto_scheduled]


@pytest.mark.skipif(SQLALCHEMY >= (2, 1), reason="Prefect 3.8 cannot schedule with SQLAlchemy 2.1")
def test_a_night_is_scheduled_in_local_time_one_at_a_time(served):
    from flows.deployments import serve

    serve(cron="0 1 * * *", timezone="Asia/Shanghai", parameters={"recordings": "calls", "store": "store"})
    ((deployment,), options) = served[0]
    assert deployment.entrypoint == "flows.nightly.nightly"
    assert (deployment.concurrency_limit, options["limit"]) == (1, 1)
    run = runs_of_the_schedule()[0]
    assert run.parameters == {"recordings": "calls", "store": "store"}
    assert run.expected_start_time.astimezone().utctimetuple().tm_hour == 17


@pytest.mark.skipif(SQLALCHEMY < (2, 1), reason="nothing is broken here")
def test_a_server_that_cannot_schedule_is_an_error_at_once(served):
    from flows.deployments import serve

    with pytest.raises(ConfigError, match="the Prefect server cannot schedule nights"):
        serve(cron="0 1 * * *", timezone="Asia/Shanghai", parameters={"recordings": "calls", "store": "store"})
    assert served == []


@pytest.mark.parametrize(("cron", "timezone"), [("0 99 * * *", "UTC"), ("0 1 * * *", "Middle/Earth")])
def test_an_invalid_schedule_is_an_error(served, cron, timezone):
    from flows.deployments import serve

    with pytest.raises(ConfigError, match="is not a schedule"):
        serve(cron=cron, timezone=timezone, parameters={"recordings": "calls", "store": "store"})
