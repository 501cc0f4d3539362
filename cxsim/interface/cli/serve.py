"""The command that serves a page: serve."""

import importlib.util
from contextlib import closing
from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="0.0.0.0: also for other machines of this network."
)
@click.option(
    "--browser/--no-browser",
    default=None,
    help="Whether to open the page in the browser of this machine; when left out, at a terminal with a screen it is.",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that compute; as many as cores when left out.")
@click.option("--class", "in_class", is_flag=True, help="Serve a class instead: teams, budgets, rounds, a board.")
@click.option("--market", metavar="NAME", help="With --class: its market (restaurant), or a scenario file as its menu.")
@click.option("--budget", type=click.FloatRange(0, min_open=True), help="With --class: of a team in each round.")
@click.option("--rounds", type=click.IntRange(1, 10), help="With --class: how many rounds (3).")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="With --class: key of all luck (1).")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --class: the file that remembers it (class.sqlite); a class in it goes on.",
)
def serve(
    port: int,
    host: str,
    browser: bool | None,
    workers: int | None,
    in_class: bool,
    market: str | None,
    budget: float | None,
    rounds: int | None,
    seed: int | None,
    file: Path | None,
) -> None:
    """Serve the workshop page: pick a market, choose a plan, run, and watch lines bend into loops.

    With --class: a class of teams that compete within a budget, on phones.
    """
    _needs_web("starlette", "uvicorn")
    from cxsim.interface.web.serving import has_browser, serve_app

    browser = has_browser() if browser is None else browser
    if not in_class:
        if any(given is not None for given in (market, budget, rounds, seed, file)):
            raise ValueError("--market, --budget, --rounds, --seed and --file are for a class: add --class")
        from cxsim.interface.explorer.pages import workshop_routes
        from cxsim.interface.web.app import create_app
        from cxsim.interface.web.pool import WorkerPool

        serve_app(
            create_app(WorkerPool(workers), workshop_routes()), host, port, click.echo, browse="/" if browser else None
        )
        return
    _needs_web("segno")
    from cxsim.analysis.results.folder import held_by
    from cxsim.interface.classroom.startup import begun, class_app, going_on, opening, remembered
    from cxsim.interface.web.serving import bound

    bound(host, port).close()  # a port that is taken is said before a class begins
    path = file or Path("class.sqlite")
    open_already = f"the class in {path} is open in another cxsim; end that one first, or give this one another --file"
    with held_by(path.with_name(f".{path.name}.lock"), open_already):
        store = remembered(path)
        if store is None:
            click.echo("Working out what everything costs ...", err=True)
            store = begun(path, market, budget, rounds, seed)
        else:
            click.echo(going_on(store, path), err=True)
        with closing(store):
            app, key = class_app(store, host, workers)
            teacher = f"/class/teacher#{key}" if browser else None
            serve_app(app, host, port, click.echo, lambda found: opening(found, key), teacher)


def _needs_web(*packages: str) -> None:
    """Say what to install if a page cannot be served."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ValueError(f"serve needs {' and '.join(missing)}: pip install 'cxsim[web]'")
