"""The errors of the Graph API: what each code says, and what is said of one object that is not shown.

The texts are those the contract quotes; where it quotes none, those that recorded answers have.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_EXCEPTION = "OAuthException"
_SUPPORT = "does not exist, cannot be loaded due to missing permissions, or does not support this operation."
_UNSEEN = (
    "Object does not exist, cannot be loaded due to missing permission or reviewable feature, or does not support this"
    " operation."
)
_READING = "This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature"
_PERMISSION = f"{_READING} or the 'Page Public Metadata Access' feature."
_CALLS = "Wait a bit and try again. For more info, please refer to the documentation of rate limiting."
_RIGHTS = range(200, 300)


class Error(NamedTuple):
    """One row of the platform's errors."""

    status: int
    message: str
    kind: str = _EXCEPTION
    is_transient: bool | None = None


class Said(NamedTuple):
    """What is said of one object: `{object}` is the name it was asked by, `{to}` the Page it was migrated to."""

    code: int
    status: int
    message: str


ERRORS: dict[int, Error] = {
    1: Error(500, "An unknown error occurred", is_transient=False),
    2: Error(500, "Service temporarily unavailable", is_transient=True),
    3: Error(400, "(#3) Application does not have the capability to make this API call."),
    4: Error(403, "(#4) Application request limit reached", is_transient=True),
    10: Error(403, f"(#10) {_PERMISSION}"),
    17: Error(400, "(#17) User request limit reached"),
    18: Error(400, "(#18) The maximum number of hashtags was queried in seven days."),
    24: Error(400, "(#24) The requested resource does not exist"),
    32: Error(400, "(#32) Page request limit reached"),
    80001: Error(400, f"(#80001) There have been too many calls to this Page account. {_CALLS}"),
    80002: Error(400, f"(#80002) There have been too many calls to this Instagram account. {_CALLS}"),
    613: Error(400, "(#613) Calls to this api have exceeded the rate limit."),
    100: Error(400, "(#100) Invalid parameter"),
    102: Error(400, "(#102) Session key invalid or no longer valid"),
    104: Error(400, "An access token is required to request this resource."),
    110: Error(400, "Invalid user id", is_transient=False),
    190: Error(400, "Error validating access token: The session is invalid."),
    200: Error(403, "(#200) The permission(s) are not available; they could be deprecated or need to be approved."),
    210: Error(403, "(#210) A page access token is required to request this resource."),
    283: Error(403, "(#283) Requires pages_read_engagement permission to manage the object"),
    341: Error(400, "(#341) Feed action request limit reached"),
    368: Error(400, "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
    2500: Error(400, "Unknown path components"),
}
SAYINGS: dict[str, Said] = {
    "gone": Said(10, 400, f"(#10) {_UNSEEN} {_READING}."),  # what v22 says of a post that was deleted
    "feature": Said(100, 400, f"(#100) {_UNSEEN} {_PERMISSION}"),
    "proof": Said(100, 400, "(#100) Pages Public Content Access requires either app secret proof or an app token"),
    "parameter": Said(100, 400, "(#100) Invalid parameter"),
    "alias": Said(803, 404, "(#803) Some of the aliases you requested do not exist: {object}"),
    "migrated": Said(
        21, 400, "(#21) Page ID {object} was migrated to page ID {to}. Please update your API calls to the new ID"
    ),
}


class Refused(Exception):  # noqa: N818 - the platform's refusal, not a failure of the program
    """What the platform answers instead of what was asked."""

    def __init__(self, code: int, message: str = "", **more: Any) -> None:
        super().__init__(message)
        self.code, self.message, self.more = code, message, more


def error_row(code: int) -> Error:
    """The error of a code; of one without a row, an error of its class."""
    if code in _RIGHTS and code not in ERRORS:
        return Error(403, f"(#{code}) The permission this call requires was not granted.")
    return ERRORS.get(code, Error(400, f"(#{code}) An error occurred"))


def missing(object_id: str) -> Refused:
    """What is said of an object that is not there, or not for us."""
    message = f"Unsupported get request. Object with ID '{object_id}' {_SUPPORT}"
    return Refused(100, message, type="GraphMethodException", error_subcode=33)


def refusal(said: str | int | Mapping[str, Any], object_id: str) -> Refused:
    """The refusal of one object: by the name of a saying, by a code, or by `{"as": name or code, "to": new id}`.

    Raises ValueError for what is none of them.
    """
    options: Mapping[str, Any] = said if isinstance(said, Mapping) else {"as": said}
    name, successor = options.get("as"), options.get("to")
    if isinstance(name, int) and not isinstance(name, bool) and options.keys() == {"as"}:
        return Refused(name)
    row = SAYINGS.get(str(name))
    if row is None or not options.keys() <= {"as", "to"} or ("{to}" in row.message) != ("to" in options):
        raise ValueError(
            f'nothing is said as {said!r}; it is a code, one of {", ".join(SAYINGS)}, or {{"as": "migrated", "to": id}}'
        )
    return Refused(row.code, row.message.format(object=object_id, to=successor), status=row.status)
