-- A batch of the audit log takes the numbers of its rows first, so that each of its tables is filled from what came and
-- none waits for what another one was given.
GRANT USAGE ON SEQUENCE audit_log_row_seq TO taskbot_audit;
