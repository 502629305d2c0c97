"""`.env.example` says every setting there is, and nothing else."""

from deploy.settings import FILE, REPOSITORY, groups, text


def test_the_example_file_holds_every_setting_with_its_default() -> None:
    assert FILE.read_text() == text(), "run `make settings`"


def test_every_setting_is_explained() -> None:
    silent = [setting.name for group in groups() for setting in group.settings if setting.meaning.startswith("None")]
    assert not silent, f"without a description: {silent}"


def test_a_setting_belongs_to_one_group() -> None:
    names = [setting.name for group in groups() for setting in group.settings]
    assert sorted(set(names)) == sorted(names)


def test_no_class_that_reads_settings_is_left_out() -> None:
    reading = {
        str(file.relative_to(REPOSITORY))
        for folder in ("services", "shared")
        for file in (REPOSITORY / folder).rglob("*.py")
        if "env_prefix=" in file.read_text()
    }
    assert reading == {
        "services/insights/settings.py",
        "services/intake/settings.py",
        "services/triage/settings.py",
        "shared/kafka/settings.py",
        "shared/topics.py",
    }, "a new class of settings? Give it a group in deploy/settings.py, then name its file here"
