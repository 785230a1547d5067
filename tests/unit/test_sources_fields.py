"""Ids and texts of raw records: damaged is never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.post import Reason, Rejected
from flows.sources.fields import (
    clean,
    facebook_post_id,
    handle,
    hashtag,
    hashtags_in,
    instagram_code,
    instagram_seconds,
    pk_to_shortcode,
    shortcode,
    tiktok_seconds,
    whole_id,
)

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)


def reason_of(function, value) -> Reason:
    with pytest.raises(Rejected) as rejected:
        function(value)
    return rejected.value.reason


@pytest.mark.parametrize(
    "value",
    [
        *("7612491652768642104", " 7612491652768642104 ", 7612491652768642104, '="7612491652768642104"'),
        *("'7612491652768642104", "\u00a07612491652768642104\u200b", "=7612491652768642104"),
    ],
)
def test_ids_are_decimal_strings(value):
    assert whole_id(value) == "7612491652768642104"


@pytest.mark.parametrize("value", ["122118273645.0", "122118273645,00", 122118273645.0])
def test_a_zero_fraction_is_taken_off_an_id_that_is_whole(value):
    assert whole_id(value) == "122118273645"


@pytest.mark.parametrize(
    "value",
    [
        *("7.61249E+18", "7,61249E+18", "7612491652768642104.0", 7.61249e18, "1e5", 12.5),
        *("7.612.491.652.768.640.000", "7,612,491,652,768,640,000", "7.000"),
    ],
)
def test_ids_damaged_by_a_spreadsheet_are_rejected(value):
    assert reason_of(whole_id, value) is Reason.ID_AS_NUMBER


@pytest.mark.parametrize("value", [None, "", " ", "0", 0, -5, True, [], "abc", "12a", "9" * 40])
def test_no_id(value):
    assert reason_of(whole_id, value) is Reason.NO_ID


@given(ANYTHING)
def test_values_are_read_or_rejected_and_nothing_else(value):
    for function in (whole_id, pk_to_shortcode):
        try:
            result = function(value)
        except Rejected:
            continue
        assert result
    for optional in (clean, handle, shortcode):
        assert isinstance(optional(value), str | None)


@given(st.text(st.characters()))
def test_texts_are_read_whatever_they_hold(text):
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert all(tag and "#" not in tag for tag in hashtags_in(cleaned))
    for function in (instagram_code, facebook_post_id, tiktok_seconds, instagram_seconds):
        function(cleaned)


def test_clean_removes_nul_and_lone_surrogates_only():
    assert clean("a\0b\ud83d 🙏 é") == "ab 🙏 é"
    assert clean("") == ""
    assert clean(None) is None
    assert clean(5) is None


def test_hashtags_are_normalised_in_order_and_once():
    text = "#PilkadaBatang lalu #kab_batang, #pilkadabatang #𝓑𝓪𝓽𝓪𝓷𝓰 ＃Desa# #!"
    assert hashtags_in(text) == ("pilkadabatang", "kab_batang", "batang", "desa")
    assert hashtags_in(None) == hashtags_in("tanpa tagar") == ()
    assert hashtag("#Straße ") == "strasse"


def test_handles():
    assert handle(" @Kabar.Batang ") == "kabar.batang"
    assert handle("warga\0batang") == "wargabatang"
    assert handle("") is handle("@") is handle(None) is handle([]) is None


def test_the_time_in_a_tiktok_id():
    assert tiktok_seconds("7612491652768642104") == 1772421331
    assert tiktok_seconds("12345678901234567") is None
    assert tiktok_seconds("abc") is None


def test_the_time_in_an_instagram_shortcode():
    assert instagram_seconds("CRyZpmrjYC4") == 1627296320
    assert instagram_seconds("CRyZpmrjYC4kunci-pribadi") == 1627296320
    assert instagram_seconds("abc") is None
    assert instagram_seconds("bukan kode!") is None


def test_shortcodes_and_media_numbers():
    assert pk_to_shortcode(3843729054218405271) == "DVXqzW5iUWX"
    assert pk_to_shortcode("3843729054218405271_50000000001") == "DVXqzW5iUWX"
    assert shortcode("DVXqzW5iUWXyang-pribadi") == "DVXqzW5iUWX"
    assert shortcode("3843729054218405271") is None


@given(st.integers(2**50, 2**63 - 1))
def test_a_media_number_and_its_shortcode_tell_the_same_time(pk):
    code = pk_to_shortcode(pk)
    assert instagram_seconds(code) in (None, ((pk >> 23) + 1_314_220_021_721) // 1000)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.instagram.com/p/DVXqzW5iUWX/", "DVXqzW5iUWX"),
        ("https://instagram.com/reel/DVXqzW5iUWX?igsh=x", "DVXqzW5iUWX"),
        ("https://www.instagram.com/reels/DVXqzW5iUWX/", "DVXqzW5iUWX"),
        ("https://www.instagram.com/tv/DVXqzW5iUWX", "DVXqzW5iUWX"),
        ("https://www.instagram.com/kabar.contoh/p/DVXqzW5iUWX/", "DVXqzW5iUWX"),
        ("https://www.instagram.com/reels/audio/123456/", None),
        ("https://www.instagram.com/share/p/BAxyz/", None),
        ("https://www.instagram.com/kabar.contoh/", None),
        ("https://contoh.test/p/DVXqzW5iUWX/", None),
    ],
)
def test_shortcodes_in_urls(url, code):
    assert instagram_code(url) == code


@pytest.mark.parametrize(
    ("url", "post_id"),
    [
        ("102938475610293_122118273645019283", "122118273645019283"),
        ("https://www.facebook.com/102938475610293/posts/122118273645019283", "122118273645019283"),
        ("https://m.facebook.com/kabarcontoh/posts/122118273645019283/", "122118273645019283"),
        ("https://id-id.facebook.com/kabarcontoh/posts/judul-panjang/122118273645019283", "122118273645019283"),
        ("https://www.facebook.com/102938475610293_122118273645019283", "122118273645019283"),
        ("https://www.facebook.com/kabarcontoh/posts/pfbid0Abc9", "pfbid0Abc9"),
        ("https://www.facebook.com/permalink.php?story_fbid=122118273645&id=1029", "122118273645"),
        ("https://www.facebook.com/permalink.php?story_fbid=pfbid0Abc9&id=1029", "pfbid0Abc9"),
        ("https://mbasic.facebook.com/story.php?story_fbid=122118273645&id=1029", "122118273645"),
        ("https://www.facebook.com/photo/?fbid=55&set=a.1", "55"),
        ("https://www.facebook.com/photo.php?fbid=55", "55"),
        ("https://www.facebook.com/kabarcontoh/photos/a.77/55/", "55"),
        ("https://www.facebook.com/kabarcontoh/photos/55", "55"),
        ("https://www.facebook.com/kabarcontoh/videos/88/", "88"),
        ("https://www.facebook.com/watch/?v=88", "88"),
        ("https://www.facebook.com/reel/88", "88"),
        ("https://web.facebook.com/groups/999/posts/444/", "444"),
        ("https://www.facebook.com/groups/999/permalink/444/", "444"),
        ("www.facebook.com/kabarcontoh/posts/444", "444"),
        ("https://fb.watch/abcDEF/", None),
        ("https://www.facebook.com/share/p/abcDEF/", None),
        ("https://www.facebook.com/kabarcontoh", None),
        ("https://contoh.test/kabarcontoh/posts/444", None),
        ("https://[rusak", None),
        ("", None),
    ],
)
def test_facebook_ids_in_urls(url, post_id):
    assert facebook_post_id(url) == post_id
