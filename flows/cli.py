"""The `ronda` command: parse, call, print."""

import argparse
import atexit
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from flows.exits import Exit, RondaError, UsageError
from flows.periods import Week, weeks_between
from flows.settings import Settings, load_settings

Action = Callable[[Settings, argparse.Namespace], Exit]

_EPILOG = """exit codes:
  0 done   1 internal error   2 usage   3 input refused   4 stopped by a quality gate
  5 another run holds the warehouse   6 a source failed (the others were loaded)

Everything ronda keeps lies in RONDA_HOME (default: ./data)."""


def _covers(text: str) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(part) for part in text.split(".."))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a span of days; write it like 2024-01-29..2024-02-04'
        ) from None
    if last < first:
        raise argparse.ArgumentTypeError(f'"{text}" ends before it begins; swap the days')
    return first, last


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a moment; write it like 2024-02-05T06:00+07:00') from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f'"{text}" has no time zone; write it like 2024-02-05T06:00+07:00')
    return text


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a day; write it like 2024-02-12') from None
    return text


def _week(text: str) -> str:
    try:
        Week.parse(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _say(line: str) -> None:
    print(line, flush=True)


def _demo(settings: Settings, arguments: argparse.Namespace) -> Exit:
    # The labels' kernel, once per installation, compiles in another process; this one waits where it first labels.
    compilation = subprocess.Popen([sys.executable, "-m", "flows.labels.compiled"], stderr=subprocess.DEVNULL)
    try:
        from flows import demo

        if arguments.live:
            demo.run_live(settings, posts=arguments.posts, say=_say)
        else:
            demo.run(settings, posts=arguments.posts, say=_say)
    finally:
        compilation.kill()
        compilation.wait()
    return Exit.DONE


def _import(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.loading.imports import run_import
    from flows.loading.preview import run_preview

    if arguments.dry_run:
        return run_preview(settings, arguments.paths, datetime.now(UTC), _say)
    return run_import(settings, arguments.paths, datetime.now(UTC), arguments.covers, _say)


def _extract(settings: Settings, arguments: argparse.Namespace) -> Exit:  # noqa: ARG001 - one shape for all verbs
    from flows.extract import extract

    done = extract(refresh=arguments.refresh)
    _say(done.text)
    for failure in done.failures:
        print(f"ronda: {failure}", file=sys.stderr)
    return Exit.SOURCE if done.failures else Exit.DONE


def _weekly(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.weekly import weekly

    _say(weekly(week=arguments.week, as_of=arguments.as_of, lang=arguments.lang or settings.lang))
    return Exit.DONE


def _backfill(settings: Settings, arguments: argparse.Namespace) -> Exit:
    weeks_between(Week.parse(arguments.first), Week.parse(arguments.last))  # refuses before seconds of imports
    from flows.backfill import backfill

    _say(backfill(arguments.first, arguments.last, arguments.reason, arguments.platform, settings.lang))
    return Exit.DONE


def _status(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows import status

    _say(status.as_json(settings) if arguments.json else status.as_text(settings))
    return Exit.DONE


def _verify(settings: Settings, arguments: argparse.Namespace) -> Exit:  # noqa: ARG001 - one shape for all verbs
    from flows.publishing import database

    for line in database.verify(settings):
        _say(line)
    return Exit.DONE


def _serve(settings: Settings, arguments: argparse.Namespace) -> Exit:  # noqa: ARG001
    from flows import serving

    serving.serve(settings, _say)
    return Exit.DONE


def _label_train(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.labels import verbs

    sources = verbs.Sources(arguments.files, arguments.corpora, arguments.own)
    verbs.train(settings, sources, arguments.into, _say)
    return Exit.DONE


def _label_apply(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.labels import verbs

    verbs.apply(settings, arguments.source, arguments.target, _say)
    return Exit.DONE


def _label_evaluate(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.labels import verbs

    verbs.evaluate(settings, arguments.file, arguments.record_as, as_json=arguments.json, say=_say)
    return Exit.DONE


def _label_explain(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.labels import verbs

    moment = datetime.fromisoformat(arguments.at).astimezone(UTC) if arguments.at else None
    verbs.explain(settings, arguments.text, moment, _say)
    return Exit.DONE


def _add_label_verbs(label: argparse.ArgumentParser) -> None:
    """The verbs below `ronda label`."""
    verbs = label.add_subparsers(dest="label_verb", required=True, metavar="VERB", help="what to do")

    def verb(
        name: str, action: Callable[[Settings, argparse.Namespace], Exit], summary: str
    ) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=summary, description=summary)
        made.set_defaults(action=action)
        return made

    train = verb("train", _label_train, "Train weight files: the same bytes from the same texts.")
    train.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="labelled posts of your own: text, sentiment, indications"
    )
    train.add_argument("--corpora", type=Path, metavar="FOLDER", help="folder of the public corpora; none without it")
    train.add_argument("--own", type=Path, metavar="FOLDER", help="folder of the own corpus (default: ronda's)")
    train.add_argument("--into", type=Path, metavar="FOLDER", required=True, help="where the weight files go")

    apply = verb("apply", _label_apply, "Label the posts of a table or JSON file that has a column text.")
    apply.add_argument("source", type=Path, metavar="IN", help="the posts; created_at is read where present")
    apply.add_argument("target", type=Path, metavar="OUT", help="the same posts with labels; its name tells the kind")

    evaluate = verb("evaluate", _label_evaluate, "Measure the labels on labelled posts, beside baselines.")
    evaluate.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="text, sentiment, indications (default: show the training's)"
    )
    evaluate.add_argument("--json", action="store_true", help="the same as JSON")
    evaluate.add_argument(
        "--record-as", metavar="NAME", help="these are real posts: reports print the measures under this name"
    )

    explain = verb("explain", _label_explain, "Say why a text has its labels.")
    explain.add_argument("text", metavar="TEXT", help="a post, in quotation marks")
    explain.add_argument("--at", type=_moment, metavar="MOMENT", help="when it was posted, like 2024-02-12T09:00+07:00")


def _daily(settings: Settings, arguments: argparse.Namespace) -> Exit:
    from flows.daily import daily

    _say(daily(day=arguments.day, as_of=arguments.as_of, lang=arguments.lang or settings.lang))
    return Exit.DONE


def parser() -> argparse.ArgumentParser:
    """The command line of ronda: every verb with its options."""
    command = argparse.ArgumentParser(
        prog="ronda",
        description="The weekly social-media watch of one regency before an election: posts in, reports out.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, action: Action, summary: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=summary, description=summary)
        made.set_defaults(action=action)
        return made

    demo = verb("demo", _demo, "Simulate a season of Kabupaten Batang, load it and publish the report of 2024-W06.")
    demo.add_argument("--posts", type=int, default=60_000, help="size of the season (default: 60000)")
    demo.add_argument(
        "--live", action="store_true", help="serve the season as the platforms do, and extract it instead of importing"
    )

    imports = verb("import", _import, "Import exports: files or folders, recognised by content, plain, gzip or zstd.")
    imports.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    imports.add_argument(
        "--covers",
        type=_covers,
        metavar="FIRST..LAST",
        help="days the files cover completely; without it their coverage is unknown, not zero",
    )
    imports.add_argument(
        "--dry-run", action="store_true", help="say what each file is and would come to, and write nothing"
    )

    extract = verb("extract", _extract, "Pull every configured source and the inbox, and load what came.")
    extract.add_argument(
        "--refresh", action="store_true", help="look at stored posts again and forget those that are gone"
    )

    weekly = verb("weekly", _weekly, "Load what landed, rebuild and check the trends, publish the week's report.")
    weekly.add_argument(
        "--week", type=_week, metavar="2024-W05", help="ISO week (default: every complete week that is due)"
    )
    weekly.add_argument(
        "--as-of",
        type=_moment,
        metavar="MOMENT",
        help="moment of release (default: Monday 06:00 after it, or when the last file landed, if that is later)",
    )
    weekly.add_argument("--lang", choices=("id", "en"), help="language of the report (default: the setting lang, id)")

    daily = verb("daily", _daily, "Publish the one-page note of a day of the quiet period or of voting day.")
    daily.add_argument(
        "--day", type=_day, metavar="2024-02-12", help="the day (default: yesterday, where it has a note)"
    )
    daily.add_argument(
        "--as-of", type=_moment, metavar="MOMENT", help="moment of release (default: 06:00 the next day)"
    )
    daily.add_argument("--lang", choices=("id", "en"), help="language of the note (default: the setting lang, id)")

    backfill = verb("backfill", _backfill, "Publish past weeks again, in order, with a reason that is recorded.")
    backfill.add_argument("first", type=_week, metavar="FIRST", help="first ISO week, like 2023-W48")
    backfill.add_argument("last", type=_week, metavar="LAST", help="last ISO week")
    backfill.add_argument("--reason", required=True, help="why; kept in the run record")
    backfill.add_argument(
        "--platform", choices=("tiktok", "facebook", "instagram"), help="load only what landed of this platform"
    )

    summary = "Train, apply, measure and explain labels."
    label = verbs.add_parser("label", help=summary, description=summary)
    _add_label_verbs(label)

    status = verb("status", _status, "Show weeks, coverage, the last runs and what is missing.")
    status.add_argument("--json", action="store_true", help="the same as JSON")

    verb("serve", _serve, "Start the Prefect server, the schedules and the report site.")
    verb("verify", _verify, "Print a hash of every published table and check the published files.")
    return command


_WRITING = (_demo, _import, _extract, _weekly, _daily, _backfill, _serve)


def main(words: Sequence[str] | None = None) -> int:
    """Runs one verb; errors are one sentence on standard error and an exit code."""
    arguments = parser().parse_args(words)
    try:
        settings = load_settings()
        if arguments.action in _WRITING:
            settings.make_home()
        settings.export(log_level="WARNING" if arguments.debug else "CRITICAL")
        return int(arguments.action(settings, arguments))
    except RondaError as error:
        if arguments.debug:
            raise
        print(f"ronda: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("ronda: interrupted; run the same command again, nothing is half done.", file=sys.stderr)
        return int(Exit.INTERNAL)
    except Exception as error:
        if arguments.debug:
            raise
        print(
            f"ronda: internal error ({type(error).__name__}: {error}); run it again with --debug and report it.",
            file=sys.stderr,
        )
        return int(Exit.INTERNAL)


def command() -> int:
    """`main` as a command of its own: tuned for a process that imports much, works for seconds and ends."""
    # The libraries bring some million objects; looking through them at every 700 new ones takes a tenth of the time.
    gc.set_threshold(50_000, 20, 20)
    code: int | str | None = Exit.INTERNAL

    def leave() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code or Exit.DONE))

    # Registered first, so called last: by then all is closed, and taking the libraries apart would take two seconds.
    atexit.register(leave)
    try:
        code = main()
    except SystemExit as end:  # help, or words that are no command
        code = end.code
    return int(code or Exit.DONE)


if __name__ == "__main__":
    sys.exit(command())
