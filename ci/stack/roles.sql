-- The two logins of Taskbot and its database, on a server that is Taskbot's alone. May be run again.
-- Used by ci/stack.sh and compose.yaml; psql takes the passwords from OWNER_PASSWORD and SERVICE_PASSWORD.
--
-- taskbot_owner   migrates: owns the database and makes the roles that the migration needs. No superuser.
-- taskbot         serves: may take on the roles that the migration grants it, and by itself does and sees nothing.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD

select 'create role taskbot_owner' where not exists (select from pg_roles where rolname = 'taskbot_owner') \gexec
select 'create role taskbot' where not exists (select from pg_roles where rolname = 'taskbot') \gexec

alter role taskbot_owner with login nosuperuser createdb createrole password :'owner_password';
alter role taskbot with login noinherit nosuperuser nocreatedb nocreaterole password :'service_password';

select 'create database taskbot owner taskbot_owner'
where not exists (select from pg_database where datname = 'taskbot') \gexec
