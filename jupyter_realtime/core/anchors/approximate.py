"""How far two texts are apart, and where in a text something like another one stands.

Myers' bit-parallel algorithm (1999): a column of the edit matrix is two integers, and Python's have as
many bits as a quote has characters. So a step costs the same few operations, whatever its length.
"""

from __future__ import annotations


def distances(pattern: str, text: str, *, anchored: bool) -> list[int]:
    """Tell how many edits away the pattern is from what ends at each place of a text.

    Parameters
    ----------
    anchored
        Whether what is compared begins where the text begins; else it may begin anywhere.

    Returns
    -------
    list[int]
        One number for each length of text from nothing to all of it.
    """
    length = len(pattern)
    if not length:
        return list(range(len(text) + 1)) if anchored else [0] * (len(text) + 1)
    positions: dict[str, int] = {}
    for index, character in enumerate(pattern):
        positions[character] = positions.get(character, 0) | (1 << index)
    everything, last = (1 << length) - 1, 1 << (length - 1)
    # Which vertical steps of the column go up by one, which go down.
    up, down, distance = everything, 0, length
    found = [distance]
    for character in text:
        equal = positions.get(character, 0)
        diagonal = (((equal & up) + up) ^ up) | equal
        right_up = (down | ~(diagonal | up)) & everything
        right_down = up & diagonal
        if right_up & last:
            distance += 1
        elif right_down & last:
            distance -= 1
        right_up = (right_up << 1) | anchored
        right_down <<= 1
        vertical = equal | down
        up = (right_down | ~(vertical | right_up)) & everything
        down = right_up & vertical & everything
        found.append(distance)
    return found


def similarity(one: str, other: str) -> float:
    """Tell how alike two texts are: 1 are equal, 0 have nothing in common."""
    if one == other:
        return 1.0
    longest = max(len(one), len(other))
    return 1 - distances(one, other, anchored=True)[-1] / longest


def similarity_of_start(known: str, text: str) -> float:
    """Tell how alike something is to the beginning of a text, as much of it as fits best."""
    if text.startswith(known):
        return 1.0
    return max(0.0, 1 - min(distances(known, text, anchored=True)) / len(known))


def best_ends(pattern: str, text: str, max_distance: int, limit: int) -> list[tuple[int, int]]:
    """Find where in a text something like the pattern ends, the best first.

    Returns
    -------
    list[tuple[int, int]]
        Distance and end. Of neighbouring ends, which have the same match behind them, only the best.
    """
    found = distances(pattern, text, anchored=False)
    valleys = [
        (distance, end)
        for end, distance in enumerate(found)
        if distance <= max_distance
        and (end == 0 or found[end - 1] > distance)
        and (end + 1 == len(found) or found[end + 1] >= distance)
    ]
    chosen: list[tuple[int, int]] = []
    for distance, end in sorted(valleys):
        if all(abs(end - other) > len(pattern) // 2 for _, other in chosen):
            chosen.append((distance, end))
            if len(chosen) == limit:
                break
    return chosen


def start_of(pattern: str, text: str, end: int) -> int:
    """Find where the match begins that ends here."""
    reach = text[max(0, end - 2 * len(pattern)) : end]
    backwards = distances(pattern[::-1], reach[::-1], anchored=True)
    return end - backwards.index(min(backwards))
