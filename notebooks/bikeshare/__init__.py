"""Hourly demand of the Harbour Bikes scheme: loading, features, forecast, report."""

from .loading import load_demand, load_stations
from .stations import Station, find_station

__all__ = ["Station", "find_station", "load_demand", "load_stations"]
__version__ = "0.3.0"
