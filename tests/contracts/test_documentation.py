"""Everything a person can name is documented: verbs, options, settings, tables, checks, expectations."""

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from flows import cli, dictionary
from flows.collecting.watch_list import read_watched
from flows.settings import Settings, load_settings
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
REFERENCE = dictionary.TARGET.read_text(encoding="utf-8")


def _verbs() -> dict[str, argparse.ArgumentParser]:
    (actions,) = [action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions.choices)


@pytest.mark.parametrize("verb", sorted(_verbs()))
def test_the_readme_shows_every_verb_and_option(verb: str) -> None:
    assert f"ronda {verb}" in README
    for action in _verbs()[verb]._actions:
        for option in action.option_strings:
            assert option in {"-h", "--help"} or option in README, f"{verb} {option}"


def test_help_says_what_each_verb_and_option_does() -> None:
    assert len(_verbs()) >= 7
    for name, verb in _verbs().items():
        assert verb.description and verb.description.endswith("."), name
        assert all(action.help for action in verb._actions), name


def test_the_reference_is_what_the_code_says() -> None:
    assert dictionary.render() == REFERENCE, "run `python -m flows.dictionary` and commit sql/DICTIONARY.md"


def test_the_reference_names_every_setting_table_check_and_expectation() -> None:
    for name in Settings.model_fields:
        assert f"`{name}`" in REFERENCE or f"[{name}.<name>]" in REFERENCE
    for path in (REPOSITORY / "sql").glob("*/*.sql"):
        if path.parent.name in {"core", "trends"}:
            assert f"### {path.parent.name}.{path.stem}\n" in REFERENCE
        elif path.parent.name == "checks":
            assert f"| `{path.stem}` |" in REFERENCE
    declared = (REPOSITORY / "sql" / "base" / "tables.sql").read_text(encoding="utf-8")
    facts = re.findall(r"CREATE TABLE IF NOT EXISTS (\S+)", declared)
    assert len(facts) == 11
    assert [name for name in facts if f"### {name}\n" not in REFERENCE] == []
    assert len(re.findall(r"^\| `\w+` \| (landing|posts|trends) \|", REFERENCE, flags=re.MULTILINE)) > 90


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", README)
    assert links
    for link in links:
        assert (REPOSITORY / link).exists(), link


def test_the_example_of_ronda_toml_is_one_and_shows_every_setting_of_the_extraction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"<!-- example of ronda.toml -->\n```toml\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "ronda.toml").write_text(example)
    monkeypatch.setenv("RONDA_HOME", str(tmp_path))
    settings = load_settings()
    watched = read_watched(settings)
    assert "kabupaten batang" in watched["tiktok"].keywords
    shown = tomllib.loads(example)
    names = set(Settings.model_fields)
    of_others = {"home", "lang", "author_key", "seeds", "office", "site_port", "server_port", "tables"}
    secrets = {name for name in names - of_others if "SecretStr | None" in str(Settings.__annotations__[name])}
    assert len(secrets) >= 5
    assert names - of_others - secrets == shown.keys()
    assert all(f"RONDA_{name.upper()}" in README for name in secrets)
    defaults = Settings.model_fields
    given = shown.keys() - {"watch", "notify", "site_address", "instagram_user_id", "instagram_url"}
    assert {name: shown[name] for name in given} == {name: defaults[name].default for name in given}
