"""The command line: `cxsim run`, `compare`, `follow`, `check`, `explain`, `assumptions`, `list`, `new`, `schema`.

Heavy imports wait inside the commands, so that `cxsim --help` answers at once.
"""

import sys

import click

from cxsim import __version__
from cxsim.interface.cli import (
    believe,
    calibration,
    compare,
    experiment,
    export,
    follow,
    journey,
    market,
    portfolio,
    report,
    run,
    sensitivity,
    serve,
    sweep,
    texts,
    verification,
)
from cxsim.interface.cli.streams import letters_only

USER_ERROR = 2
INTERRUPTED = 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with: cxsim list. Then: cxsim compare online-retailer plans/online-retailer-delivery",
)
@click.version_option(__version__, prog_name="cxsim")
def cxsim() -> None:
    """Simulate the whole customer story: where lines end, why, and which plan turns them into loops."""


for command in (run.run, compare.compare, follow.follow, texts.list_, texts.new, texts.check):
    cxsim.add_command(command)
for command in (texts.explain, texts.assumptions, texts.schema):
    cxsim.add_command(command)
cxsim.add_command(believe.believe)
cxsim.add_command(journey.journey)
cxsim.add_command(market.market)
cxsim.add_command(calibration.calibrate)
cxsim.add_command(verification.verify)
cxsim.add_command(export.export)
cxsim.add_command(experiment.experiment)
cxsim.add_command(sweep.sweep)
cxsim.add_command(sensitivity.sensitivity)
cxsim.add_command(portfolio.portfolio)
cxsim.add_command(report.report)
cxsim.add_command(serve.serve)


def main() -> None:
    """Run the command line; a user's mistake gets one clear message and exit code 2, never a traceback."""
    with letters_only():
        _run()


def _run() -> None:
    try:
        cxsim(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("cxsim: stopped; nothing was written", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except (ValueError, OSError) as error:
        print(f"cxsim: {_in_words(error)}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _in_words(error: ValueError | OSError) -> str:
    """What is wrong, without the system's number for it."""
    if not (isinstance(error, OSError) and error.strerror):
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
