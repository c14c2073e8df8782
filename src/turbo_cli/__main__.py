"""`python -m turbo_cli` is `turbo`."""

import signal
import sys

ENDING = (signal.SIGTERM, signal.SIGHUP)


def run() -> None:
    """Run `turbo`; Ctrl-C is one line also while the command line is still being imported."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _terminate)
    try:
        from turbo_cli.cli.main import main
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
    main()


def _terminate(received: int, _: object) -> None:
    """Unwind, so that what is half-made is removed on the way out; a second signal does not disturb that."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + received)


if __name__ == "__main__":
    run()
