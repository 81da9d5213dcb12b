"""The docking stations and how full they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """A docking station."""

    id: str
    name: str
    docks: int
    district: str


class Network:
    """All stations, with what riders call them."""

    aliases = {"Central": "Central Station", "Ferry": "Ferry Pier"}

    def __init__(self, stations: Iterable[Station]) -> None:
        self.stations = list(stations)

    def find(self, name: str) -> Station | None:
        """Find a station by its name or by what riders call it."""
        return find_station(self.aliases.get(name, name), self.stations)

    def docks_at(self, name: str) -> int:
        """Tell how many bikes fit at a station."""
        return self.find(name).docks

    def largest(self, district: str) -> Station:
        """Tell which station of a district has the most docks."""
        return max(
            (station for station in self.stations if station.district == district),
            key=lambda station: station.docks,
        )


def find_station(name: str, stations: Iterable[Station]) -> Station | None:
    """Find a station by its name, in any case."""
    wanted = name.casefold()
    return next((s for s in stations if s.name.casefold() == wanted), None)


def occupancy(bikes: int, docks: int) -> float:
    """Tell which share of the docks holds a bike."""
    if docks == 0:
        return None
    return bikes / docks
