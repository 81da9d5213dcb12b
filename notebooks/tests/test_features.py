import random

import pandas as pd
import pytest

from bikeshare.features import add_calendar, comfort, day_type


@pytest.fixture
def monday() -> pd.DataFrame:
    hours = pd.date_range("2024-04-01", periods=24, freq="h", name="hour")
    return pd.DataFrame({"trips": range(24)}, index=hours)


def test_rush_hours_are_marked(monday):
    assert add_calendar(monday)["is_rush"].sum() == 5


@pytest.mark.parametrize("rain_mm", [0.0, 0.4, 12.0])
def test_comfort_is_a_share(rain_mm):
    temperature_c = random.uniform(-10, 35)
    assert 0.0 <= comfort(temperature_c, wind_ms=3.0, rain_mm=rain_mm) <= 1.0


def test_a_wet_regatta():
    assert day_type(6, False, False, "Spring Regatta", 8.0) == "regatta, wet"
