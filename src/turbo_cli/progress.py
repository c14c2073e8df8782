"""How long work reports its progress without knowing about terminals."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Iterates over `items` unchanged, showing progress under `label` on the way."""

    def __call__(self, items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]: ...


def untracked(items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
    """The silent `Track`, the default of every library function."""
    return items
