"""`ronda label`: the verbs about labels."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows import cli_call, progress
from flows.cli_call import ANALYSTS, ENGINEERS, settings_of, verb
from flows.exits import Exit, UsageError
from flows.progress import say

app = typer.Typer(cls=cli_call.Verbs, subcommand_metavar="VERB ...")


@app.callback(invoke_without_command=True)
def label(context: typer.Context) -> None:
    """Train, apply, measure and explain the labels of posts.

    A label is what ronda reads in a text: its sentiment, its topics, the indications it is listed for.

    Example:
      ronda label explain "tolak politik uang, laporkan"
    """
    cli_call.require_verb(context)


@verb(app, ANALYSTS)
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="a post, in quotation marks")],
    at: Annotated[
        str | None,
        typer.Option(parser=cli_call.moment, metavar="MOMENT", help="when it was posted, like 2024-02-12T09:00+07:00"),
    ] = None,
) -> Exit:
    """Say why a text has its labels: the words and rules behind each.

    Some labels depend on the calendar; --at says when the post was written.

    Example:
      ronda label explain "ayo coblos nomor 2" --at 2024-02-12T09:00+07:00
    """
    settings = settings_of(context)
    from flows.labels import verbs

    posted = datetime.fromisoformat(at).astimezone(UTC) if at else None
    verbs.explain(settings, text, posted, say)
    return Exit.DONE


@verb(app, ANALYSTS)
def apply(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="IN", help="the posts; created_at is read where present")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="the same posts with labels; its name tells the kind of file")
    ],
) -> Exit:
    """Label the posts of a table or JSON file that has a column text.

    Every column is kept; what the labels are worth is written beside the file, as OUT.labels.json. Rows that cannot be
    read are listed with their lines in OUT.refused.csv.

    Example:
      ronda label apply posts.csv labelled.parquet
    """
    settings = settings_of(context)
    from flows.labels import verbs

    with progress.step("Labelling posts", "rows") as advance:
        verbs.apply(settings, source, target, say, advance)
    return Exit.DONE


@verb(app, ANALYSTS)
def evaluate(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="text, sentiment, indications; without it: what the training measured"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the same as JSON")] = False,
    record_as: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="these are real posts: reports print the measures under this name"),
    ] = None,
    acts: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="the acts alone, on a folder's comments, coded comments and own corpus"),
    ] = None,
) -> Exit:
    """Measure the labels on posts that people labelled, beside baselines.

    With --record-as the measured errors are those that reports print from now on. With --acts it is told how many
    harmless comments are flagged as acts, and how many acts are found in posts that no frame was written for.

    Example:
      ronda label evaluate coded.csv --record-as "200 posts of our office"
    """
    settings = settings_of(context)
    from flows.labels import verbs

    if acts is not None:
        verbs.evaluate_acts(settings, acts, as_json=as_json, say=say)
    else:
        verbs.evaluate(settings, file, record_as, as_json=as_json, say=say)
    return Exit.DONE


@verb(app, ENGINEERS)
def train(  # noqa: PLR0913, PLR0917 - one argument for each option
    context: typer.Context,
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="where the weight files go")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="labelled posts of your own: text, sentiment, indications"),
    ] = None,
    corpora: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="folder with corpora/, annotated/ and texts/; none without it")
    ] = None,
    own: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="folder of the own corpus; without it: ronda's")
    ] = None,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="move the present weights by the accepted reviews, if that is better")
    ] = False,
) -> Exit:
    """Train weight files: the same bytes from the same texts.

    With --reviews the present weights learn from what coders agreed on: a third of the reviews is kept aside, and a
    class is changed only when it is better there by a whole 95 % interval. Other weights are another label version:
    every labelled series has a break, and `ronda backfill --relabel` labels older posts anew.

    Example:
      ronda label train coded.csv --corpora data/ --into seeds/weights
      ronda label train --reviews --into seeds/weights
    """
    settings = settings_of(context)
    from flows.labels import verbs

    if reviews:
        if files or corpora or own:
            raise UsageError("--reviews learns from the reviews alone; leave out the files, --corpora and --own.")
        from flows.reviewing.accepted import accepted

        verbs.learn(settings, accepted(settings.home), into, say)
        return Exit.DONE
    verbs.train(settings, verbs.Sources(files or [], corpora, own), into, say)
    return Exit.DONE
