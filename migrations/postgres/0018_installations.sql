-- Where an app of a chat platform is installed, with its token, encrypted. What is due in a tenant that sleeps is held.

CREATE TABLE installations (
    tenant       text PRIMARY KEY,
    asleep_since bigint,
    version      bigint NOT NULL,
    doc          text NOT NULL
);
CREATE INDEX installations_asleep ON installations (tenant) WHERE asleep_since IS NOT NULL;

CALL guard('installations');
GRANT INSERT, UPDATE ON installations TO taskbot_app;

-- Requests to install that were used up: each leads to one installation.
CREATE TABLE install_requests (
    request text PRIMARY KEY,
    until   bigint NOT NULL
);
GRANT SELECT, INSERT, DELETE ON install_requests TO taskbot_app;

-- Writes a row over the version before its own, and answers whether that was still there.
CREATE FUNCTION put_installation(scope text, of_tenant text, since bigint, in_version bigint, document text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    IF in_version = 1 THEN
        INSERT INTO installations VALUES (of_tenant, since, in_version, document) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE installations SET asleep_since = since, version = in_version, doc = document
            WHERE tenant = of_tenant AND version = in_version - 1;
    END IF;
    RETURN FOUND;
END $$;

-- Uses a request up, and answers whether nobody had.
CREATE FUNCTION use_up(of_request text, at_time bigint, remembered bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM install_requests WHERE until < at_time;
    INSERT INTO install_requests VALUES (of_request, remembered) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
