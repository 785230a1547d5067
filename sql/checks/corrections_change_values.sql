-- A correction changes a value, for one of the reasons of the method, after it was first reported.
--
-- Severity: stop
-- Gate: trends
-- Table: corrections
-- In Indonesian: Setiap koreksi mengubah nilai, menyebut alasannya, dan terjadi setelah nilai pertama dilaporkan.
-- Hint: The ledger holds a statement twice or out of order.
-- Hint in Indonesian: Buku penerbitan memuat pernyataan ganda atau tidak berurutan.

SELECT publication, week, phase, platform, table_name, key, metric, previous, now_known, reason
FROM trends.corrections
WHERE
    now_known IS NOT DISTINCT FROM previous
    OR NOT list_has_all(
        [
            'late', 'backfilled', 'removed', 'edited', 'relabelled', 'observed', 'reseeded', 'recoded', 'unexplained'
        ],
        string_split(reason, ', ')
    )
    OR sequence < 2
