"""`crosscheck site`."""

import os
import tempfile
from pathlib import Path

import click

from crosscheck.cli.options import language_option
from crosscheck.cli.output import progress_bar, say
from crosscheck.cli.own_documents import read_documents


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--run",
    "run_folder",
    metavar="RUN",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Show this finished run (the folder `run` of an earlier site, or what --keep kept).",
)
@click.option(
    "--keep",
    metavar="RUN",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the run there too, to build from again.",
)
@language_option(
    "The language of the pages with the plain names, as index.html; a link on each leads to the "
    "other"
)
@click.option(
    "--document",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Add a page for a worked example of your own (docs/documents.md); repeatable.",
)
def site(
    folder: Path,
    run_folder: Path | None,
    keep: Path | None,
    language: str,
    files: tuple[Path, ...],
) -> None:
    """Write pages to read beside the lecture notes into the new folder DIR.

    Without --run the command first runs everything, which takes some minutes: the frameworks, the
    documents, the mistakes, the conventions and a training. Open DIR/index.html from the disk. The
    command writes every page in English and in Chinese: index.html in the language that --language
    names, index.zh.html or index.en.html in the other. It replaces an earlier site in DIR, and
    nothing else. Exit codes: 0 written, 2 bad usage, and then nothing is written.
    """
    from crosscheck.cli import gathering, interrupts
    from crosscheck.report.site.run import PARTS, RunError, load

    try:  # the libraries that make pages, which no other command needs
        from crosscheck.report.site.building import UnfitError, build
        from crosscheck.report.site.folders import SiteError, check_folder, where_earlier
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"a site needs {error.name}: pip install 'backprop-crosscheck[site]'"
        ) from None
    if run_folder is not None and keep is not None:
        raise click.UsageError("--keep keeps a new run: leave it out beside --run")
    if keep is not None and Path(os.path.realpath(keep)).is_relative_to(os.path.realpath(folder)):
        raise click.UsageError(
            "--keep must be outside DIR, which then holds nothing but the site; its own folder "
            "`run` can be built from again anyway"
        )
    own = read_documents(files)
    interrupts.advise(lambda: where_earlier(folder))
    try:
        check_folder(folder)  # before the work, which takes minutes
        with tempfile.TemporaryDirectory() as scratch:
            if run_folder is not None:
                run = load(run_folder)
            else:
                with progress_bar(len(PARTS)) as advance:
                    run = gathering.gather(keep or Path(scratch), advance)
            if own:
                run = gathering.with_documents(run, own)
            pages = build(folder, run, language)
    except UnfitError as error:
        if run_folder is None:  # a run of this very version has to fit
            raise
        raise click.UsageError(str(error)) from None
    except (RunError, SiteError) as error:
        raise click.UsageError(str(error)) from None
    say(pages[0])
