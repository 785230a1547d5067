-- Collections succeed only where they were attempted, none is counted below zero, and a day is logged once a
-- query.
--
-- Severity: stop
-- Gate: posts
-- Table: collection
-- In Indonesian: Pengumpulan yang berhasil tidak melebihi yang dicoba; satu catatan per hari dan kueri.
-- Hint: The collection log was written twice or by hand.
-- Hint in Indonesian: Log pengumpulan tertulis dua kali atau dengan tangan.

SELECT platform, source, query, day, min(planned) AS planned, max(attempted) AS attempted, max(succeeded) AS succeeded
FROM base.collection
GROUP BY platform, source, query, day
HAVING count(*) > 1 OR bool_or(succeeded > attempted) OR min(least(planned, attempted, succeeded)) < 0
