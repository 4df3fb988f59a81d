"""An invented college or school, for eyes, for tests and for the bench."""

from journal.domain.demo.building import Built, build

__all__ = ["Built", "build"]
