#!/bin/sh
# Run once by the image, on an empty volume: the database, an owner who is no superuser, so that row-level security holds for it, and the
# role in which it does what callers ask, who see one tenant only.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres --set password="$OWNER_PASSWORD" <<'SQL'
CREATE ROLE failbetter LOGIN PASSWORD :'password';
CREATE ROLE failbetter_caller NOLOGIN;
GRANT failbetter_caller TO failbetter WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE failbetter OWNER failbetter;
\connect failbetter
CREATE EXTENSION vector;
CREATE EXTENSION pg_trgm;
SQL
