import contextlib

import pytest

from tests import installation as installation_
from tests.soak.traffic import College, Traffic


@pytest.fixture(scope="session")
def served(tmp_path_factory, college):
    """A college on the disk with its server running, one for the session."""
    folder = tmp_path_factory.mktemp("served")
    with contextlib.closing(College(installation_.install(folder, college))) as made:
        made.start()
        yield made


@pytest.fixture
def traffic(served):
    """A group of that college, nothing written about it yet."""
    with contextlib.closing(Traffic(served)) as made:
        yield made
