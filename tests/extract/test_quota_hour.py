"""The quota of TikTok is of UTC days; the sentence says the regency's own hour at which it goes on."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.sources.http import Answer
from flows.sources.tiktok_research import QUERY_PATH, TikTokResearch
from flows.sources.walking import Walk


@pytest.mark.parametrize(
    ("zone", "label", "hour"),
    [("Asia/Jakarta", "WIB", "07:00"), ("Asia/Makassar", "WITA", "08:00"), ("Asia/Jayapura", "WIT", "09:00")],
)
@pytest.mark.parametrize("code", ["daily_quota_limit_exceeded", "rate_limit_exceeded"])
def test_it_goes_on_at_the_hour_of_the_regency(zone: str, label: str, hour: str, code: str) -> None:
    connector = TikTokResearch("key", "secret", ZoneInfo(zone), label)
    walk = Walk("tiktok_research", "tiktok", "keywords", "posts", date(2024, 2, 1), date(2024, 2, 1))
    moment = datetime(2024, 2, 1, 12, tzinfo=UTC)
    body = f'{{"error": {{"code": "{code}", "message": ""}}}}'.encode()
    answer = Answer({"url": f"https://example.test{QUERY_PATH}"}, moment, moment, 429, {}, body)
    end = connector.judge(walk, answer, connector.start(walk)).end
    assert end is not None
    assert end.sentence == (
        f"tiktok_research: the requests of this UTC day are used up; it goes on after {hour} {label}."
    )
