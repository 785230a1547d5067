"""Where a run and its workers exchange files when they share no disk: a folder on S3-compatible storage.

The library (obstore) reads the login from the environment, sends big files in parts, lets the storage check what
arrives and tries again what fails by accident. Every file is proven by its sha256 when it is fetched.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.exits import RondaError, UsageError
from flows.settings import Settings, is_storage_here
from flows.store.files import hash_file

_PART_BYTES = 16 << 20
_TRIES, _PATIENCE = 5, timedelta(seconds=120)  # for one request, with longer and longer waits between
_LOGIN_ERRORS = ("ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch")  # some come as 400
_SAID_CHARACTERS = 300  # of what the library says of a failure
_TIMEOUT = "60s"  # without an answer


class Exchange:
    """The folder of one home; raises RondaError where the storage refuses, does not answer or holds something else."""

    def __init__(self, settings: Settings) -> None:
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise UsageError(
                "exchange_url is set, and obstore is not installed; install requirements-cluster.txt, or leave it out."
            ) from error
        if not settings.exchange_url.startswith("s3://"):
            raise UsageError(f'exchange_url is "{settings.exchange_url}"; write it like s3://bucket/prefix.')
        self._url = settings.exchange_url
        self._home = hashlib.sha256(str(settings.home).encode()).hexdigest()[:16]
        self._store: Any = from_url(
            self._url,
            aws_checksum_algorithm="SHA256",
            client_options={"timeout": _TIMEOUT, "allow_http": is_storage_here()},
            retry_config={"max_retries": _TRIES, "retry_timeout": _PATIENCE},
        )

    def put(self, name: str, path: Path, start: int = 0, end: int | None = None) -> str:
        """Sends a file, or its bytes from `start` to `end`; gives their sha256. A second time they are the same."""
        import obstore

        with self._told(f"sending {path.name}"), path.open("rb") as file:
            if start == 0 and end is None:
                obstore.put(self._store, self._at(name), path, chunk_size=_PART_BYTES)
                return hash_file(path)
            file.seek(start)
            part = file.read(-1 if end is None else end - start)
            obstore.put(self._store, self._at(name), part, chunk_size=_PART_BYTES)
        return hashlib.sha256(part).hexdigest()

    def fetch(self, name: str, target: Path, digest: str, start: int = 0) -> None:
        """Fetches a file, or what of it begins at `start`, to its place in a new one; it must have this sha256."""
        import obstore

        target.parent.mkdir(parents=True, exist_ok=True)
        hashed = hashlib.sha256()
        with self._told(f"fetching {name}"), target.open("wb") as out:
            out.seek(start)
            for part in obstore.get(self._store, self._at(name)).stream(min_chunk_size=_PART_BYTES):
                hashed.update(part)
                out.write(part)
        if hashed.hexdigest() != digest:
            raise RondaError(f"{name} in {self._url} is not what was sent; run the same command again.")

    def put_folder(self, name: str, folder: Path) -> dict[str, str]:
        """Sends every file below a folder; gives the sha256 of each by its path there."""
        paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
        return {inside: self.put(f"{name}/{inside}", path) for inside, path in paths.items()}

    def fetch_folder(self, name: str, target: Path, digests: Mapping[str, str]) -> None:
        """Fetches the files of a folder, each of which must have its sha256."""
        for inside, digest in digests.items():
            self.fetch(f"{name}/{inside}", target / inside, digest)

    def clear(self) -> None:
        """Deletes all that lies there of this home, also what a killed run left."""
        import obstore

        with self._told("emptying it"):
            for listed in obstore.list(self._store, prefix=self._at("")):
                obstore.delete(self._store, [each["path"] for each in listed])

    def _at(self, name: str) -> str:
        return f"ronda-exchange/{self._home}/{name}"

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except (BaseError, OSError) as error:
            refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
            if refused or any(code in str(error) for code in _LOGIN_ERRORS):
                raise UsageError(
                    f"{self._url} refuses the login ({doing}); renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                    " AWS_SESSION_TOKEN for the run and its workers, and run the same command again."
                ) from error
            said = " ".join(str(error).split())[:_SAID_CHARACTERS]
            raise RondaError(
                f"{self._url} cannot be used ({doing}: {said}); look after the storage, and run the same command again."
            ) from error


@contextmanager
def opened(settings: Settings) -> Iterator[Exchange | None]:
    """The exchange of a run, empty before and afterwards; None where the setting names none: all share the disk."""
    if not settings.exchange_url:
        yield None
        return
    exchange = Exchange(settings)
    exchange.clear()
    try:
        yield exchange
    finally:
        exchange.clear()
