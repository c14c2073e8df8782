"""`python -m turbo_cli` is `turbo`."""

import signal
import sys

TERMINATED = 128 + signal.SIGTERM


def run() -> None:
    """Run `turbo`; Ctrl-C is one line also while the command line is still being imported."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        from turbo_cli.cli.main import main
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
    main()


def _terminate(*_: object) -> None:
    """Unwind, so that what is half-made is removed on the way out."""
    sys.exit(TERMINATED)


if __name__ == "__main__":
    run()
