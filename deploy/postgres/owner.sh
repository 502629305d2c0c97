#!/bin/sh
# Run once by the image, on an empty volume: the database, and an owner who is no superuser, so that row-level security holds for it.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres --set password="$OWNER_PASSWORD" <<'SQL'
CREATE ROLE failbetter LOGIN PASSWORD :'password';
CREATE DATABASE failbetter OWNER failbetter;
\connect failbetter
CREATE EXTENSION vector;
CREATE EXTENSION pg_trgm;
SQL
