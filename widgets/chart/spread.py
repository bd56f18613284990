"""Tags and labels that would overlap are pushed apart, as little as possible."""

from __future__ import annotations

from collections.abc import Sequence


def spread(
    wanted: Sequence[float],
    height: float,
    top: float,
    bottom: float,
    weights: Sequence[float] | None = None,
) -> list[float]:
    """Centres for boxes of one `height`, near the `wanted` ones, inside `top` to `bottom`, none overlapping.

    Equal wishes keep their order. A heavier box moves less. If they cannot all fit, they start at `top` and the
    rest runs below `bottom`: better below the edge than on each other.
    """
    count = len(wanted)
    if not count:
        return []
    heavy = list(weights) if weights is not None else [1.0] * count
    order = sorted(range(count), key=lambda i: wanted[i])
    placed = _pooled([wanted[i] - k * height for k, i in enumerate(order)], [heavy[i] for i in order])
    highest, lowest = top + height / 2, bottom - height / 2 - (count - 1) * height
    out = [0.0] * count
    for k, i in enumerate(order):
        out[i] = max(highest, min(placed[k], lowest)) + k * height
    return out


def _pooled(wishes: list[float], weights: list[float]) -> list[float]:
    """The rising sequence nearest to `wishes` by weighted squares (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for wish, weight in zip(wishes, weights, strict=True):
        mean, total, size = wish, weight, 1
        while pools and pools[-1][0] > mean:
            before, heavy, members = pools.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, size = total + heavy, size + members
        pools.append((mean, total, size))
    return [mean for mean, _, size in pools for _ in range(size)]
