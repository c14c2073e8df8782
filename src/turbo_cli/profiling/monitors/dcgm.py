"""A GPU on the Prometheus page of a DCGM exporter."""

import http.client
import urllib.request
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from turbo_cli.errors import TurboError
from turbo_cli.profiling.monitors.base import DeviceSample

TIMEOUT_S = 2.0
LARGEST_PAGE = 1 << 24
"""Bytes; a node with 16 GPUs has some 100 kB."""

UTILISATION = "DCGM_FI_DEV_GPU_UTIL"


class DcgmMonitor:
    """One GPU by its UUID, or by its number as the exporter counts. url: of the page, such as
    `http://localhost:9400/metrics`. Raises `TurboError` for anything but http and https without a password.
    """

    name = "dcgm"

    def __init__(self, url: str, number: int, uuid: str | None = None) -> None:
        if not _is_plain(url):
            raise TurboError(
                "the DCGM exporter's address is no http URL without a password",
                "write http://HOST:9400/metrics",
            )
        self._url = url
        self._label = ("gpu", str(number)) if uuid is None else ("UUID", uuid)

    def sample(self) -> DeviceSample:
        """Raises `TurboError` if the page does not answer, or tells nothing of the GPU."""
        fields = self._read()
        if UTILISATION not in fields:
            raise TurboError(f"{self._url}: no {UTILISATION} for {'='.join(self._label)}")
        megabytes = fields.get("DCGM_FI_DEV_FB_USED")
        return DeviceSample(
            utilisation=fields[UTILISATION] / 100,
            sm_activity=fields.get("DCGM_FI_PROF_SM_ACTIVE"),
            sm_occupancy=fields.get("DCGM_FI_PROF_SM_OCCUPANCY"),
            clock_mhz=fields.get("DCGM_FI_DEV_SM_CLOCK"),
            temperature_c=fields.get("DCGM_FI_DEV_GPU_TEMP"),
            power_w=fields.get("DCGM_FI_DEV_POWER_USAGE"),
            memory_bytes=None if megabytes is None else int(megabytes * 2**20),
        )

    def _read(self) -> dict[str, float]:
        """The first value of each field of this GPU (of a GPU split by MIG, the whole's comes first)."""
        key, wanted = self._label
        fields: dict[str, float] = {}
        try:
            with urllib.request.urlopen(self._url, timeout=TIMEOUT_S) as response:
                page = response.read(LARGEST_PAGE).decode()
            for family in text_string_to_metric_families(page):
                for sample in family.samples:
                    if sample.labels.get(key) == wanted:
                        fields.setdefault(sample.name, sample.value)
        except (
            OSError,
            http.client.HTTPException,
            ValueError,
            IndexError,
        ) as error:  # IndexError: the parser's
            raise TurboError(f"{self._url}: {' '.join(str(error).split())[:200]}") from error
        return fields


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
