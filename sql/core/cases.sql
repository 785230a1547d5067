-- What offices handle: cases of posts on whose code people agreed, without personal data. A case holds near-identical
-- posts as one, so cases are fewer than the posts of the funnel. Only an outcome of violation may be called one.
--
-- Kind: view
-- Grain: case_number
-- Columns: case_number, code, receiver, week, phase, stage, outcome, ended, posts, opened_day, hand_over_limit,
--   referred_day, answered_day, registered_day, decided_day, closed_day, due_day, due_clock

SELECT
    case_number,
    code,
    receiver,
    week,
    phase,
    stage,
    outcome,
    ended,
    posts,
    opened_day,
    hand_over_limit,
    referred_day,
    answered_day,
    registered_day,
    decided_day,
    closed_day,
    due_day,
    due_clock
FROM base.cases
