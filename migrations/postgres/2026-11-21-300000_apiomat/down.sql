-- A store is never taken back to before its first version.
SELECT 1;
