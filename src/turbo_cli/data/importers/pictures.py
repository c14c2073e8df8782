"""Where a dataset's pictures are: left where they lie, or copied into it."""

import os
import re
import shutil
from pathlib import Path

from turbo_cli.errors import TurboError


class Linked:
    """Pictures stay where they lie; paths are relative to the dataset, so that both can be moved together."""

    def __init__(self, out: Path) -> None:
        self.out = out.resolve()
        self._paths: dict[Path, str] = {}

    def __call__(self, picture: Path, camera: str) -> str:
        if picture not in self._paths:
            self._paths[picture] = self._path(picture)
        return self._paths[picture]

    def _path(self, picture: Path) -> str:
        target = picture.parent.resolve() / picture.name
        try:
            return Path(os.path.relpath(target, self.out)).as_posix()
        except ValueError:  # another drive
            return target.as_posix()


class Copied:
    """Pictures are copied into `folder` (the dataset while it is made), a folder a camera."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._paths: dict[Path, str] = {}
        self._taken: set[str] = set()

    def __call__(self, picture: Path, camera: str) -> str:
        if picture not in self._paths:
            self._paths[picture] = self._copy(picture, camera)
        return self._paths[picture]

    def _copy(self, picture: Path, camera: str) -> str:
        relative = self._free_name(picture, camera)
        target = self.folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source = picture.open("rb")
        except OSError as error:
            raise TurboError(f"{picture}: cannot read: {error.strerror}") from error
        with source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return relative

    def _free_name(self, picture: Path, camera: str) -> str:
        """Cameras are named by files that others wrote: neither `..` nor `/` may lead out of the folder."""
        parts = [re.sub(r"[^\w.-]+", "_", part).strip(".") for part in Path(camera).parts]
        parent = "/".join(["images", *(part for part in parts if part)])
        name, number = f"{parent}/{picture.name}", 2
        while name.casefold() in self._taken:
            name, number = f"{parent}/{picture.stem}-{number}{picture.suffix}", number + 1
        self._taken.add(name.casefold())
        return name
