-- A relay with a login of its own gives up on what a broker will never take without being anybody else.

GRANT INSERT, UPDATE ON dead_letters TO taskbot_relay;
