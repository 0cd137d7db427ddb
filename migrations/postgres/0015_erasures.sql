-- Whoever verifies the audit log takes content for erased only where an act says so.

GRANT SELECT ON acts TO taskbot_audit;
