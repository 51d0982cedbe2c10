-- PostgreSQL: the application may add to the audit trail and read it, and nothing else.
--
-- Two roles: the owner of the tables runs `manage.py migrate`; the application runs with a role that owns nothing.
-- Run this as the owner, after each migrate, with the names of your roles:
--
--     psql -v app=clinic_app -f deploy/audit-grants.sql "$DATABASE_URL_OF_THE_OWNER"
--
-- The triggers refuse a change even where a right was forgotten; these grants hold even where a trigger is missing.

BEGIN;

GRANT USAGE ON SCHEMA public TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";

REVOKE ALL ON audit_auditevent, audit_auditseal FROM PUBLIC, :"app";
GRANT SELECT, INSERT ON audit_auditevent, audit_auditseal TO :"app";

COMMIT;
