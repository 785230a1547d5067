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

frame AS (
    SELECT frame.week, frame.label_version, strata.stratum, CAST(sum(frame.posts) AS BIGINT) AS posts
    FROM base.review_frame AS frame
    CROSS JOIN unnest(frame.strata) AS strata(stratum)
    GROUP BY frame.week, frame.label_version, strata.stratum
),

turns AS (
    SELECT
        turns.week,
        turns.label_version,
        strata.stratum,
        turns.turn,
        row_number() OVER (PARTITION BY turns.week, turns.label_version, strata.stratum ORDER BY turns.turn) AS place
    FROM base.review_turns AS turns
    CROSS JOIN unnest(turns.strata) AS strata(stratum)
),

drawn AS (
    SELECT
        frame.week,
        frame.label_version,
        frame.stratum,
        any_value(frame.posts) AS posts,
        least(any_value(frame.posts), any_value(sizes.most)) AS drawn,
        CASE
            WHEN any_value(frame.posts) <= any_value(sizes.most)
                THEN 18446744073709551615::UBIGINT -- all of them, and those that come late
            WHEN count(*) < any_value(sizes.most)
                THEN error('base.review_turns has too few posts of ' || frame.week || ', ' || frame.stratum)
            ELSE max(turns.turn) FILTER (WHERE turns.place <= sizes.most)
        END AS last_turn,
        any_value(kept.posts) AS kept_posts,
        any_value(kept.drawn) AS kept_drawn,
        any_value(kept.last_turn) AS kept_last,
        any_value(kept.last_turn) IS NOT NULL
            AND count(*) FILTER (WHERE turns.turn <= kept.last_turn) <= any_value(again.times * sizes.most) AS holds
    FROM frame
    JOIN sizes ON frame.stratum = sizes.stratum
    JOIN turns
        ON frame.week = turns.week AND frame.label_version = turns.label_version AND frame.stratum = turns.stratum
    CROSS JOIN again
    LEFT JOIN base.kept_draws AS kept
        ON frame.week = kept.week AND frame.label_version = kept.label_version AND frame.stratum = kept.stratum
    GROUP BY frame.week, frame.label_version, frame.stratum
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
