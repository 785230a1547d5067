-- Tested units are posts or groups of posts: at least one where there is a post, never more than the posts.
--
-- Severity: stop
-- Gate: trends
-- Table: signal_cells
-- In Indonesian: Satuan uji adalah unggahan atau kelompok salinannya: tidak pernah lebih banyak daripada unggahannya.
-- Hint: Copies were joined across cells, or a first reading lost its posts.
-- Hint in Indonesian: Salinan tergabung keliru, atau pembacaan pertama kehilangan unggahan.

SELECT bucket, platform, family, subject, day, observed, posts
FROM trends.signal_cells
WHERE observed < 0 OR observed > posts OR (observed IS NULL) <> (posts IS NULL) OR exposure < 0
