-- People, what they hold, and what they did that is no change of a task. People and what they alone hold have no
-- tenant: one person may be known in several.

CREATE TABLE people (
    id      uuid PRIMARY KEY,
    version bigint NOT NULL,
    doc     text NOT NULL
);

CREATE TABLE identities (
    tenant text NOT NULL,
    name   text NOT NULL,   -- the platform's id of the user
    person uuid NOT NULL,
    PRIMARY KEY (tenant, name)
);
CREATE INDEX identities_of_person ON identities (person);

-- Who is in which channel, where the platform keeps no member list of its own.
CREATE TABLE memberships (
    person  uuid NOT NULL,
    tenant  text NOT NULL,
    channel text NOT NULL,
    PRIMARY KEY (person, tenant, channel)
);

-- Access tokens: the hash of the secret, never the secret.
CREATE TABLE tokens (
    id         uuid PRIMARY KEY,
    person     uuid NOT NULL,
    hash       text NOT NULL UNIQUE,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint
);
CREATE INDEX tokens_of_person ON tokens (person, created_at);

-- Administrative acts: append-only.
CREATE TABLE acts (
    row   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor uuid NOT NULL,
    doc   text NOT NULL
);
CREATE INDEX acts_of_actor ON acts (actor, row);

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON acts EXECUTE FUNCTION refuse();

CALL guard('identities');
CALL guard('memberships');
GRANT INSERT ON identities, memberships TO taskbot_app;
GRANT SELECT, INSERT, UPDATE ON people, tokens TO taskbot_app;
GRANT SELECT, INSERT ON acts TO taskbot_app;
GRANT INSERT ON acts TO taskbot_audit, taskbot_erase;
GRANT SELECT ON people, tokens, acts TO taskbot_relay, taskbot_backup;

-- Makes the person unless somebody else was faster, and gives whoever it is then.
CREATE FUNCTION introduce(scope text, in_tenant text, called text, id uuid, version bigint, doc text) RETURNS text
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    known uuid;
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    INSERT INTO identities VALUES (in_tenant, called, id) ON CONFLICT DO NOTHING;
    SELECT i.person INTO known FROM identities i WHERE i.tenant = in_tenant AND i.name = called;
    IF known = id THEN
        INSERT INTO people VALUES (id, version, doc) ON CONFLICT DO NOTHING;
    END IF;
    RETURN (SELECT p.doc FROM people p WHERE p.id = known);
END $$;

CREATE FUNCTION join_channel(scope text, who uuid, in_tenant text, channel text) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    PERFORM set_config('taskbot.tenants', scope, true);
    INSERT INTO memberships VALUES (who, in_tenant, channel) ON CONFLICT DO NOTHING;
END $$;
