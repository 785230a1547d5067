-- Words that are never shown as the word of a week or of an incident: function words, which say nothing, and parts of
-- the names of contestants, titles and common given names, because nobody is ranked and no private person named.
--
-- Grain: term
-- Columns: term, is_name

SELECT term, bool_or(is_name) AS is_name
FROM (
    SELECT word AS term, false AS is_name FROM seeds.function_words
    UNION ALL
    SELECT term, true FROM seeds.person_names
    UNION ALL
    SELECT unnest(string_split(name, ' ')), true FROM seeds.contestants
)
GROUP BY term
ORDER BY term
