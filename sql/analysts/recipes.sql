-- Pertanyaan analis dan kuerinya, untuk ronda.duckdb di sebelah berkas ini (DuckDB 1.2 atau lebih baru).
-- Questions of analysts and their queries, for the ronda.duckdb beside this file (DuckDB 1.2 or newer).
--
--     duckdb -readonly ronda.duckdb
--
-- Salin satu kueri, ganti pekan, topik, jenis, atau kecamatannya. Yang tidak dikenal menjadi kesalahan yang menyebutkan
-- pilihannya, bukan hasil kosong: core.week('2024-W05'), core.topic('prices'), core.indication('insult'),
-- core.district('Bandar'), core.platform('tiktok'), core.last_week(), core.week_before(...), core.local_time(...).
-- Paste one query, change its week, topic, class or district. What is not known is an error that names the choices, and
-- no empty result: the functions above. After ATTACH write USE first.
--
-- Bacalah setiap angka bersama cakupannya: di bawah 70 %, atau tanpa rencana pengumpulan, jangan dibandingkan.
-- Read every number with its coverage: below 70 %, or without a plan of collection, compare nothing.

-- 1. Berapa unggahan per pekan dan fase, dan seberapa banyak yang terkumpul?
--    How many posts in each week and phase, and how much was collected?
SELECT week, phase, first_day, last_day, posts, authors, round(100 * coverage, 1) AS coverage_percent, status, reason
FROM trends.weekly_platform
WHERE platform = core.platform('all')
ORDER BY first_day;

-- 2. Bagaimana sentimen bersih satu platform, dengan selang kepercayaannya? (Antarplatform jangan dibandingkan.)
--    What is the net sentiment of one platform, with its interval? (Do not compare platforms with each other.)
SELECT week, phase, labelled, negative, neutral, positive, net_sentiment, net_low, net_high, coverage, is_comparable
FROM trends.weekly_platform
WHERE platform = core.platform('tiktok') AND labelled > 0
ORDER BY first_day;

-- 3. Topik apa yang naik atau turun antara dua pekan?
--    Which topics rose or fell between two weeks?
WITH shares AS (
    SELECT
        topics.topic,
        topics.week,
        sum(topics.posts) AS posts,
        sum(topics.posts) / nullif(sum(platforms.posts), 0) AS share,
        bool_and(topics.is_comparable) AS is_comparable
    FROM trends.weekly_topic AS topics
    JOIN trends.weekly_platform AS platforms USING (week, phase, platform)
    WHERE platform = core.platform('all')
    GROUP BY topics.topic, topics.week
)
SELECT
    seeds.topics.label_id AS topik,
    seeds.topics.label_en AS topic,
    earlier.posts AS posts_before,
    later.posts AS posts_after,
    round(100 * earlier.share, 1) AS percent_before,
    round(100 * later.share, 1) AS percent_after,
    round(100 * (later.share - earlier.share), 1) AS change_in_points,
    earlier.is_comparable AND later.is_comparable AS is_comparable
FROM shares AS later
JOIN shares AS earlier USING (topic)
JOIN seeds.topics ON seeds.topics.code = topic
WHERE later.week = core.last_week() AND earlier.week = core.week_before(core.last_week())
ORDER BY abs(change_in_points) DESC, topic;

-- 4. Bagaimana satu topik berjalan dari pekan ke pekan, dan seperti apa nadanya?
--    How does one topic go from week to week, and what is its tone?
SELECT week, phase, posts, authors, share, share_low, share_high, net_sentiment, net_low, net_high, coverage
FROM trends.weekly_topic
WHERE topic = core.topic('prices') AND platform = core.platform('all')
ORDER BY first_day;

-- 5. Apa yang tidak lazim pada pekan terakhir, dan apa yang diuji tanpa hasil? (Tanda = perlu dilihat, bukan temuan.)
--    What is unusual in the last week, and what was tested without a result? (A signal is to be looked at, no finding.)
SELECT phase, platform, family, subject, observed, expected, ratio, ratio_low, ratio_high, q, signal, direction
FROM trends.signals
WHERE week = core.last_week() AND reason IS NULL
ORDER BY signal DESC, q, family, subject, platform
LIMIT 30;

-- 6. Istilah apa yang baru ramai?
--    Which terms are newly frequent?
SELECT week, term, kind, posts, authors, expected, score, examples
FROM trends.emerging_terms
ORDER BY week DESC, score DESC
LIMIT 30;

-- 7. Unggahan mana yang terjaring untuk satu jenis dan belum ditelaah, yang paling mendesak lebih dahulu?
--    Which posts were flagged for one class and not reviewed yet, most urgent first?
SELECT items.act_by, items.hand_over_limit, items.platform, items.post_id, items.week, items.outcome, posts.text
FROM core.review_items AS items
JOIN core.posts AS posts USING (platform, post_id)
WHERE list_contains(items.indications, core.indication('insult')) AND items.is_open
ORDER BY items.act_by, items.hand_over_limit, items.platform, items.post_id;

-- 8. Sampai di mana telaah setiap jenis, dan seberapa sepakat penelaahnya? (alpha kosong = belum ada telaah ganda.)
--    How far has the review of each class come, and how well do coders agree? (No alpha: nothing was coded twice yet.)
SELECT
    classes.label_id AS jenis,
    classes.label_en AS class,
    count(items.post_id) AS flagged,
    count(items.post_id) FILTER (WHERE items.outcome = 'unreviewed') AS unreviewed,
    count(items.post_id) FILTER (WHERE items.coders > 0) AS reviewed,
    count(items.post_id) FILTER (WHERE items.code = classes.code) AS confirmed,
    count(items.post_id) FILTER (WHERE items.outcome = 'dismissed') AS dismissed,
    (SELECT max(alpha) FROM trends.agreement WHERE week = 'all') AS alpha_of_all_classes
FROM seeds.indications AS classes
LEFT JOIN core.review_items AS items ON list_contains(items.indications, classes.code)
GROUP BY classes.code, classes.label_id, classes.label_en
ORDER BY flagged DESC, class;

-- 9. Seberapa sering penjaringan setiap jenis benar, dan diukur pada teks apa?
--    How often is the flagging of each class right, and measured on which texts?
SELECT family, code, test_set_id, test_set_en, is_real, positives, flagged, precision, precision_low, precision_high, recall
FROM core.label_quality
ORDER BY family, is_real DESC, code;

-- 10. Teks mana yang paling banyak disalin, oleh berapa akun, dan dalam berapa hari?
--     Which texts were copied most, by how many accounts, and within how many days?
SELECT
    count(*) AS posts,
    count(DISTINCT author_key) AS accounts,
    string_agg(DISTINCT platform, ', ' ORDER BY platform) AS platforms,
    min(day) AS first_day,
    max(day) AS last_day,
    arg_min(text, created_at) AS first_text
FROM core.posts
WHERE state = 'live' AND text_group IS NOT NULL
GROUP BY text_group
HAVING count(*) > 1
ORDER BY posts DESC, first_day, text_group
LIMIT 20;

-- 11. Angka apa dari satu pekan yang dikoreksi, dan mengapa?
--     Which numbers of a week were corrected, and why?
SELECT phase, platform, table_name, key, metric, first_reported, previous, now_known, reason, corrected_at
FROM trends.corrections
WHERE week = core.week_before(core.last_week()) AND metric IN ('posts', 'detected', 'net_sentiment')
ORDER BY corrected_at, phase, platform, table_name, key, metric;

-- 12. Berapa yang pertama dilaporkan, dan berapa yang kini diketahui?
--     What was first reported, and what is known now?
SELECT week, phase, first_reported, now_known, now_known - first_reported AS change, statements
FROM trends.reported
WHERE table_name = 'trends.weekly_platform' AND platform = core.platform('all') AND metric = 'posts'
ORDER BY week, phase;

-- 13. Apa yang tidak terkumpul, dari kapan sampai kapan, dan mengapa?
--     What was not collected, from when to when, and why?
WITH gaps AS (
    SELECT
        platform, source, status, reason, day,
        day - CAST(row_number() OVER (PARTITION BY platform, source, status, reason ORDER BY day) AS INTEGER) AS block
    FROM core.coverage
    WHERE status <> 'observed'
)
SELECT platform, source, status, reason, min(day) AS first_day, max(day) AS last_day, count(*) AS days
FROM gaps
GROUP BY platform, source, status, reason, block
ORDER BY first_day, platform, source;

-- 14. Catatan apa yang ditolak, dari sumber mana, dan mengapa?
--     Which records were rejected, from which source, and why?
SELECT platform, source, reason, count(*) AS records, min(day) AS first_day, max(day) AS last_day, max(detail) AS example
FROM core.rejects
GROUP BY platform, source, reason
ORDER BY records DESC, platform, source, reason;

-- 15. Pada jam berapa orang mengunggah, menurut waktu setempat?
--     At what hours do people post, in local time?
SELECT
    hour(core.local_time(created_at)) AS hour,
    count(*) AS posts,
    count(*) FILTER (WHERE isodow(day) < 6) AS on_weekdays,
    count(*) FILTER (WHERE isodow(day) > 5) AS on_weekends
FROM core.posts
WHERE state = 'live'
GROUP BY ALL
ORDER BY hour;

-- 16. Tagar apa yang paling banyak dipakai pada satu pekan, oleh berapa akun?
--     Which hashtags were used most in a week, by how many accounts?
SELECT hashtag, count(*) AS posts, count(DISTINCT author_key) AS accounts, count(DISTINCT platform) AS platforms
FROM (
    SELECT DISTINCT platform, post_id, author_key, lower(unnest(hashtags)) AS hashtag
    FROM core.posts
    WHERE week = core.last_week() AND state = 'live'
)
GROUP BY hashtag
ORDER BY posts DESC, hashtag
LIMIT 20;

-- 17. Apa yang dibicarakan tentang setiap kecamatan? (Kebanyakan unggahan tidak menyebut tempat.)
--     Satu kecamatan dari pekan ke pekan: WHERE districts.district = core.district('Bandar')
--     What is said about each district? (Most posts name no place.) One district from week to week: as above.
SELECT
    coalesce(places.name, districts.district) AS district,
    districts.phase,
    districts.posts,
    districts.authors,
    districts.share,
    districts.share_low,
    districts.share_high,
    districts.net_sentiment,
    districts.detected,
    districts.coverage
FROM trends.weekly_district AS districts
LEFT JOIN seeds.places AS places ON districts.district = places.code
WHERE districts.week = core.last_week() AND districts.platform = core.platform('all')
ORDER BY districts.first_day, districts.posts DESC, district;

-- 18. Seberapa terpusat percakapan setiap pekan pada sedikit akun?
--     How much of the talk of each week comes from few accounts?
SELECT
    week,
    sum(posts) AS posts,
    count(*) AS accounts,
    sum(posts) FILTER (WHERE place <= 10) AS posts_of_ten_accounts,
    round(100 * posts_of_ten_accounts / sum(posts), 1) AS percent_of_ten_accounts
FROM (
    SELECT week, count(*) AS posts, row_number() OVER (PARTITION BY week ORDER BY count(*) DESC) AS place
    FROM core.posts
    WHERE state = 'live' AND author_key IS NOT NULL
    GROUP BY week, author_key
)
GROUP BY week
ORDER BY week;

-- 19. Berapa unggahan yang kemudian dihapus atau disunting, dan berapa yang pernah terjaring?
--     How many posts were removed or edited later, and how many of them had been flagged?
SELECT
    week,
    platform,
    count(*) AS posts,
    count(*) FILTER (WHERE state = 'removed') AS removed,
    count(*) FILTER (WHERE state = 'removed' AND len(indications) > 0) AS removed_and_flagged,
    count(*) FILTER (WHERE edits > 0) AS edited
FROM core.posts
GROUP BY week, platform
ORDER BY week, platform;

-- 20. Apa yang banyak dilihat: bagian tayangan setiap topik di samping bagian unggahannya?
--     What is seen most: the share of views of every topic beside its share of posts?
SELECT week, phase, subject AS topic, posts, share, share_low, share_high, view_share
FROM trends.share_of_voice
WHERE kind = 'topic' AND week = core.last_week()
ORDER BY phase, share DESC, topic;

-- 21. Apa yang dipantau, sejak kapan? (Daftar lain = deret lain: jangan dibandingkan melewati pergantiannya.)
--     What was watched, since when? (Another list is another series: compare nothing across the change.)
SELECT day, version, platform, accounts, keywords, hashtags, len(added) AS added, len(dropped) AS dropped
FROM core.watches
ORDER BY since, platform;

-- 22. Bagaimana angka resmi dibanding yang terjaring di sini? (Dihitung dengan cara lain; arah boleh, besarnya tidak.)
--     How do official figures stand beside what is listed here? (Counted otherwise; compare directions, no sizes.)
SELECT official.series, official.as_of, official.metric, official.value, official.publisher, official.stage, official.scope
FROM trends.official AS official
ORDER BY series, as_of, metric;

-- 23. Berapa unggahan setiap jenis yang sebenarnya ada, di samping yang terjaring dan yang dibenarkan dua penelaah?
--     How many posts of each class are there really, beside those flagged and those that two coders confirmed?
SELECT week, phase, indication, flagged, reviewed, confirmed, estimate, low, high, reason
FROM trends.estimates
WHERE week = core.last_week() AND (flagged > 0 OR estimate IS NOT NULL)
ORDER BY estimate DESC NULLS LAST, flagged DESC, indication;
