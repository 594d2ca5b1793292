"""One Prefect server for all tests of flows, with its own home and database."""

import gc
import sys
import warnings
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "pipeline"))


@pytest.fixture(scope="session")
def prefect_server_for_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from flows.environment import QUIET_AND_PRIVATE

        for name, value in QUIET_AND_PRIVATE.items():
            patch.setenv(name, value)
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120):
            yield
    # Prefect's client leaves its sockets to the garbage collector, which must not meet warnings made errors.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
