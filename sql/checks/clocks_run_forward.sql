-- The internal hand-over limit lies seven calendar days after a post was first seen; seven working days are never fewer.
-- The day to act by is not after that limit, and not before the post was seen.
--
-- Severity: stop
-- Gate: trends
-- Table: review_items
-- In Indonesian: Batas internal penyerahan tujuh hari kalender setelah pertama terlihat; tujuh hari kerja tidak pernah lebih singkat.
-- Hint: seeds.clocks or seeds.holidays is damaged.
-- Hint in Indonesian: seeds.clocks atau seeds.holidays rusak.

SELECT items.platform, items.post_id, items.first_seen_day, items.hand_over_limit, items.act_by, items.working_limit
FROM core.review_items AS items
CROSS JOIN (SELECT CAST(value AS INTEGER) AS days FROM seeds.method WHERE name = 'hand_over_days') AS hand_over
CROSS JOIN (SELECT CAST(days AS INTEGER) AS days FROM seeds.clocks WHERE code = 'working') AS working
WHERE
    items.hand_over_limit IS DISTINCT FROM items.first_seen_day + hand_over.days
    OR items.act_by IS NULL
    OR items.act_by NOT BETWEEN items.first_seen_day AND items.hand_over_limit
    OR items.working_limit IS NULL
    OR items.working_limit < items.first_seen_day + working.days
