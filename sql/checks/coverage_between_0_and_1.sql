-- Coverage is a share: between 0 and 1.
--
-- Severity: stop
-- Gate: trends
-- Table: weekly_platform
-- In Indonesian: Cakupan terletak antara 0 dan 1.
-- Hint: More collections succeeded than were planned: the plan is incomplete.
-- Hint in Indonesian: Pengumpulan yang berhasil melebihi rencana: rencana tidak lengkap.

SELECT week, phase, platform, planned, succeeded, coverage
FROM trends.weekly_platform
WHERE coverage NOT BETWEEN 0 AND 1
