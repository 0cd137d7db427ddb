-- Short numbers that are left out before the next one: after a restore, those that may have been given since the backup.

ALTER TABLE counters ADD COLUMN spared INTEGER NOT NULL DEFAULT 0;
