"""Settings: every knob once, checked when it is built."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from metanarrative.config import SETTINGS, as_dict, describe, load_config, make_settings
from metanarrative.errors import SettingError
from metanarrative.pipeline import NAMES


def test_every_stage_has_its_settings_in_running_order() -> None:
    assert tuple(SETTINGS) == NAMES


@pytest.mark.parametrize("stage", list(SETTINGS))
def test_settings_are_frozen_and_their_defaults_pass_their_own_checks(stage: str) -> None:
    cls = SETTINGS[stage]
    assert is_dataclass(cls)
    made = make_settings(stage, as_dict(cls()))
    assert made == cls()
    for item in fields(cls):
        with pytest.raises((AttributeError, TypeError)):
            setattr(made, item.name, 1)


@pytest.mark.parametrize("row", describe(), ids=lambda row: f"{row['stage']}.{row['name']}")
def test_every_knob_says_what_it_does_and_holds_its_range(row: dict[str, Any]) -> None:
    stage, name = row["stage"], row["name"]
    assert len(row["help"]) > 8
    assert not row["help"].endswith(".")
    if row["low"] is not None:
        assert row["default"] >= row["low"]
        assert getattr(make_settings(stage, {name: row["low"]}), name) == row["low"]
        with pytest.raises(SettingError, match="out of range"):
            make_settings(stage, {name: row["low"] - 1})
    if row["high"] is not None:
        assert row["default"] <= row["high"]
        assert getattr(make_settings(stage, {name: row["high"]}), name) == row["high"]
        with pytest.raises(SettingError, match="out of range"):
            make_settings(stage, {name: row["high"] + 1})
    if row["choices"]:
        assert row["default"] in row["choices"]
        with pytest.raises(SettingError, match="not known") as caught:
            make_settings(stage, {name: "certainly-not-one"})
        assert all(choice in caught.value.mend for choice in row["choices"])
    for wrong in ([], {}, None):
        with pytest.raises(SettingError):
            make_settings(stage, {name: wrong})


def test_whole_numbers_are_taken_for_fractions_but_not_the_other_way() -> None:
    value = make_settings("traditions", {"resolution": 2}).resolution
    assert (value, type(value)) == (2.0, float)
    with pytest.raises(SettingError):
        make_settings("traditions", {"starts": 2.0})
    with pytest.raises(SettingError):
        make_settings("traditions", {"starts": True})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_out_of_range(value: float) -> None:
    with pytest.raises(SettingError, match="out of range"):
        make_settings("compare", {"q": value})


def test_an_unknown_stage_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingError) as caught:
        make_settings("tradition", {})
    assert caught.value.mend == "did you mean 'traditions'?"


def test_a_file_that_cannot_be_read_is_a_setting_error(tmp_path: Path) -> None:
    (tmp_path / "metanarrative.toml").mkdir()
    with pytest.raises(SettingError, match="cannot be read"):
        load_config(tmp_path / "metanarrative.toml")
