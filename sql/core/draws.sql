-- The draw of each week's review sample (method, section 10): of the posts flagged as a class at most so many, and so many
-- of the undetected ones of each band of probability. A publication keeps the draw of its week, and it holds from then
-- on: a late post whose turn is not after last_turn belongs to the sample too, and nobody else leaves it. Only where so
-- many come late that the sample would be a multiple of what was to be drawn, it is drawn again, from the same turns.
-- Labels of another version divide the posts otherwise and have a draw of their own.
--
-- Grain: week, label_version, stratum
-- Columns: week, label_version, stratum, posts, drawn, inclusion, last_turn

WITH sizes AS (
    SELECT
        indications.code AS stratum,
        CAST(method.value AS BIGINT) AS most
    FROM seeds.indications AS indications
    JOIN seeds.method AS method ON method.name = 'review_flagged'
    UNION ALL
    SELECT replace(name, 'review_', ''), CAST(value AS BIGINT)
    FROM seeds.method
    WHERE name = 'review_high' OR name = 'review_middle' OR name = 'review_low'
),

again AS (
    SELECT CAST(value AS DOUBLE) AS times FROM seeds.method WHERE name = 'redrawn_from'
),

turns AS (
    SELECT turns.week, turns.label_version, strata.stratum, sizes.most, turns.turn
    FROM base.review_turns AS turns
    CROSS JOIN unnest(turns.strata) AS strata(stratum)
    JOIN sizes ON strata.stratum = sizes.stratum
),

kept AS (
    SELECT week, label_version, stratum, posts, drawn, last_turn
    FROM (
        SELECT
            week,
            sequence,
            split_part(line, ' ', 1) AS label_version,
            split_part(line, ' ', 2) AS stratum,
            CAST(split_part(line, ' ', 3) AS BIGINT) AS posts,
            CAST(split_part(line, ' ', 4) AS BIGINT) AS drawn,
            CAST(split_part(line, ' ', 5) AS UBIGINT) AS last_turn
        FROM (
            SELECT
                regexp_extract(publication, '^(.+)-[0-9]+$', 1) AS week,
                sequence,
                unnest(string_split(draw, chr(10))) AS line
            FROM base.conditions
            WHERE draw IS NOT NULL
        )
    )
    QUALIFY row_number() OVER (PARTITION BY week, label_version, stratum ORDER BY sequence DESC) = 1
),

ranked AS (
    SELECT
        turns.*,
        row_number() OVER (PARTITION BY turns.week, turns.label_version, turns.stratum ORDER BY turns.turn) AS place,
        kept.posts AS kept_posts,
        kept.drawn AS kept_drawn,
        kept.last_turn AS kept_last
    FROM turns
    LEFT JOIN kept
        ON turns.week = kept.week AND turns.label_version = kept.label_version AND turns.stratum = kept.stratum
),

drawn AS (
    SELECT
        week,
        label_version,
        stratum,
        count(*) AS posts,
        least(count(*), any_value(most)) AS drawn,
        if(
            count(*) <= any_value(most),
            18446744073709551615::UBIGINT, -- all of them, and those that come late
            max(turn) FILTER (WHERE place <= most)
        ) AS last_turn,
        any_value(kept_posts) AS kept_posts,
        any_value(kept_drawn) AS kept_drawn,
        any_value(kept_last) AS kept_last,
        any_value(kept_last) IS NOT NULL
            AND count(*) FILTER (WHERE turn <= kept_last) <= any_value(again.times * most) AS holds
    FROM ranked
    CROSS JOIN again
    GROUP BY week, label_version, stratum
),

held AS (
    SELECT
        week,
        label_version,
        stratum,
        if(holds, kept_posts, posts) AS posts,
        if(holds, kept_drawn, drawn) AS drawn,
        if(holds, kept_last, last_turn) AS last_turn
    FROM drawn
)

SELECT
    week,
    label_version,
    stratum,
    posts,
    drawn,
    round(drawn / posts, 9) AS inclusion,
    last_turn
FROM held
ORDER BY week, label_version, stratum
