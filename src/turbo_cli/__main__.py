"""`python -m turbo_cli` is `turbo`."""

import sys


def run() -> None:
    """Run `turbo`; Ctrl-C is one line also while the command line is still being imported."""
    try:
        from turbo_cli.cli.main import main
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
