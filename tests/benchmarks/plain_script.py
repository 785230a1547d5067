"""What somebody writes on an afternoon: a TikTok export to a SQLite database with labels and weekly counts.

Run: python plain_script.py EXPORT.ndjson CORPUS_FOLDER TARGET.sqlite, with pandas and scikit-learn; nothing of ronda is
imported. It does a part of what ronda does: no check of ids and times, no reject with its reason, one model for the
sentiment, topics by words, no indications, places, copies, names and tests. It prints its records.
"""

import hashlib
import json
import re
import sqlite3
import sys
from pathlib import Path

import pandas as pd

TOPICS = {"jalan": "jalan|jembatan|aspal", "harga": "harga|beras|pasar", "banjir": "banjir|rob|longsor"}
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|@\w[\w.]*|\+?\d[\d -]{8,}\d")


def read(path: Path) -> pd.DataFrame:
    """The videos of an export, each once."""
    rows = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                record = json.loads(line)
                video = record["data"]
                rows.append(
                    {
                        "id": video["id"],
                        "created_at": int(video["createTime"]),
                        "author": hashlib.sha256(video["author"]["uniqueId"].encode()).hexdigest(),
                        "text": PERSONAL.sub("[x]", video["desc"]),
                        "hashtags": " ".join(tag["hashtagName"] for tag in video.get("textExtra", [])),
                        "likes": video["stats"].get("diggCount"),
                        "views": video["stats"].get("playCount"),
                    }
                )
            except (ValueError, KeyError, TypeError):
                continue
    return pd.DataFrame(rows).drop_duplicates("id", keep="last")


def main(export: Path, corpus: Path, target: Path) -> None:
    """Reads, labels, counts and stores."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    coded = pd.concat([pd.read_csv(path) for path in sorted(corpus.glob("*.csv"))])
    coded = coded.dropna(subset=["text", "sentiment"])
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1000))
    model.fit(coded["text"], coded["sentiment"])
    posts = read(export)
    posts["sentiment"] = model.predict(posts["text"])
    for topic, words in TOPICS.items():
        posts[topic] = posts["text"].str.contains(words, case=False, regex=True)
    moments = pd.to_datetime(posts["created_at"], unit="s", utc=True).dt.tz_convert("Asia/Jakarta")
    posts["week"] = moments.dt.strftime("%G-W%V")
    weekly = posts.groupby(["week", "sentiment"]).agg(posts=("id", "size"), authors=("author", "nunique")).reset_index()
    with sqlite3.connect(target) as database:
        posts.to_sql("posts", database, index=False, if_exists="replace")
        weekly.to_sql("weekly", database, index=False, if_exists="replace")
    print(len(posts))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
