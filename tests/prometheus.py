"""Reading Prometheus' text."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def samples(text: str) -> dict[str, float]:
    """Our samples, like `jupyter_realtime_closes_total{code=4500}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            name = f"{sample.name}{{{labels}}}" if labels else sample.name
            if name.startswith("jupyter_realtime_"):
                found[name.removeprefix("jupyter_realtime_")] = sample.value
    return found
