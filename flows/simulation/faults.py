"""Records that are no posts, as files of this kind really hold them, each with the reason a reader must give."""

from numpy.random import Generator

from flows.post import Reason
from flows.simulation.plan import CROWDTANGLE, GRAPH, INSTAGRAM, TIKTOK

_COMMENT = (
    b'{"id":%d,"nav_index":"1:1:1","item_id":"%d","timestamp_collected":%d,"source_platform":"tiktok-comments",'
    b'"source_platform_url":"https://www.tiktok.com/","source_url":"https://www.tiktok.com/api/comment/list/",'
    b'"user_agent":"Mozilla/5.0","data":{"cid":"%d","id":"%d","aweme_id":"7270000000000000001","reply_id":"0",'
    b'"text":"semoga lancar","create_time":%d,"digg_count":1,"user":{"uid":"7200000000000000002"}}}\n'
)
_OTHER = (
    b'{"id":%d,"nav_index":"1:1:1","item_id":"%d","timestamp_collected":%d,"source_platform":"9gag.com",'
    b'"source_platform_url":"https://9gag.com/","source_url":"https://9gag.com/","user_agent":"Mozilla/5.0",'
    b'"data":{"id":"a%d","title":"lucu"}}\n'
)
_AD = (
    b'{"id":%d,"nav_index":"1:1:1","item_id":"%d_51","timestamp_collected":%d,"source_platform":"instagram.com",'
    b'"source_platform_url":"https://www.instagram.com/","source_url":"https://www.instagram.com/graphql/query",'
    b'"user_agent":"Mozilla/5.0","data":{"__typename":"XDTMediaDict","id":"%d_51","pk":"%d","code":"CxAdIklan%02d",'
    b'"taken_at":%d,"media_type":1,"product_type":"ad","caption":{"text":"Promo kredit motor"},'
    b'"user":{"id":"51","pk":"51","username":"iklan.motor"},"like_count":9,"comment_count":0}}\n'
)
_BAD_ZONE = (
    b"Iklan Warga,iklanwarga,100069999999999,NEWS_SITE,ID,,2016-03-01 02:11:00,10,12,%b XYZ,%b,%b,Photo,3,3,0,0,0,0,0,"
    b"0,0,0,,No,0,0,0,N/A,https://www.facebook.com/100069999999999/posts/%d,Zona waktu keliru,,,,,,,,,0.1\n"
)
_NO_TIME = b'{"id":"100069999999999_%d","message":"Unggahan tanpa waktu","status_type":"mobile_status_update"}'

Fault = tuple[bytes, Reason]


def _cut(record: bytes, share: float) -> bytes:
    """The first part of a line, of whole characters."""
    return record[: int(len(record) * share)].decode("utf-8", "ignore").encode()


def _zeeschuimer(rng: Generator, stream: int, sample: bytes, moment: int, first: int) -> list[Fault]:
    number = first + int(rng.integers(0, 10**6))
    milliseconds = moment * 1000
    faults: list[Fault] = []
    if rng.random() < 0.8:
        faults.append((_cut(sample, rng.uniform(0.3, 0.8)) + b"\n", Reason.UNREADABLE))
    if rng.random() < 0.5:
        faults.append((b'{"rusak":"\xff\xfe\xc3(",' + sample[1:], Reason.NOT_UTF8))
    if stream == TIKTOK:
        faults += [
            (_COMMENT % (n, number + n, milliseconds, number + n, number + n, moment - 60), Reason.COMMENT)
            for n in range(int(rng.integers(0, 4)))
        ]
        if rng.random() < 0.2:
            faults.append((_OTHER % (1, number, milliseconds, number), Reason.UNKNOWN_PLATFORM))
    else:
        faults += [
            (_AD % (n, number + n, milliseconds, number + n, number + n, n, moment - 600), Reason.ADVERTISEMENT)
            for n in range(int(rng.integers(0, 4)))
        ]
    return faults


def draw_faults(rng: Generator, stream: int, sample: bytes, moment: int) -> list[Fault]:
    """The faulty records of one file; `sample` is a good record of it, `moment` Unix seconds within its week."""
    if stream in (TIKTOK, INSTAGRAM):
        return _zeeschuimer(
            rng, stream, sample, moment, (moment << 32) if stream == TIKTOK else 3_200_000_000_000_000_000
        )
    number = 129_000_000_000_000_000 + int(rng.integers(0, 10**12))
    if stream == CROWDTANGLE and rng.random() < 0.5:
        day, clock = b"2023-12-05", b"09:15:00"
        return [(_BAD_ZONE % (day + b" " + clock, day, clock, number), Reason.TIME_ZONE)]
    if stream == GRAPH:
        return [(_NO_TIME % (number + n), Reason.NO_TIME) for n in range(int(rng.integers(0, 3)))]
    return []


def truncated(sample: bytes) -> Fault:
    """A last line that was never finished."""
    return _cut(sample, 0.5), Reason.TRUNCATED
