"""Trends: the methods that SQL cannot say readably, as pure functions from the rows of one table to those of another.

A model file of `kind: computed` names its input as a query and its columns in its header; the function of the same name
here turns the rows of that query into its rows. Nothing here knows the warehouse, the clock or a file.
"""

from collections.abc import Callable, Mapping

import polars as pl

from flows.trends import agreement, count_flags, estimates, incidents, net_estimates, signals, slopes

METHODS: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "trends.agreement": agreement.find,
    "trends.count_flags": count_flags.find,
    "trends.estimates": estimates.find,
    "trends.incident_weeks": incidents.find,
    "trends.net_estimates": net_estimates.find,
    "trends.signals": signals.find,
    "trends.slopes": slopes.find,
}
