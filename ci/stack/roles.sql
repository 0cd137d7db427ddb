-- The two logins of Taskbot and its database, on a server that is Taskbot's alone. May be run again.
-- Used by ci/stack.sh and compose.yaml; psql takes the passwords from OWNER_PASSWORD and SERVICE_PASSWORD.
--
-- taskbot_owner   migrates: owns the database and makes the roles that the migration needs. No superuser.
-- taskbot         serves: may take on the roles that the migration grants it, and by itself does and sees nothing.
-- taskbot_backup  reads everything for pg_dump, past row-level security, which no owner may grant; nobody logs in as it.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD

select 'create role taskbot_owner' where not exists (select from pg_roles where rolname = 'taskbot_owner') \gexec
select 'create role taskbot' where not exists (select from pg_roles where rolname = 'taskbot') \gexec

alter role taskbot_owner with login nosuperuser createdb createrole password :'owner_password';
alter role taskbot with login noinherit nosuperuser nocreatedb nocreaterole password :'service_password';

select 'create role taskbot_backup' where not exists (select from pg_roles where rolname = 'taskbot_backup') \gexec
alter role taskbot_backup with nologin bypassrls;
grant taskbot_backup to taskbot_owner with admin option;

select 'create database taskbot owner taskbot_owner'
where not exists (select from pg_database where datname = 'taskbot') \gexec
