-- psql -v ON_ERROR_STOP=1 -d DATABASE -f capture.sql
-- In each database in the cloud, by its owner or a superuser, before users are let in: from then on the key of every
-- row that is written or deleted is noted in backout.changes. delta-export.mjs reads these notes.
begin;

create schema backout;
create table backout.capture (since timestamptz not null);
create table backout.changes (
  at timestamptz not null default clock_timestamp(),
  relation text not null,
  key jsonb  -- null: the whole table (TRUNCATE)
);
create index on backout.changes (relation, at);

create function backout.note() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  name constant text := format('%I.%I', tg_table_schema, tg_table_name);
begin
  if tg_op = 'TRUNCATE' then
    insert into backout.changes (relation) values (name);
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    insert into backout.changes (relation, key)
      select name, jsonb_object_agg(c, to_jsonb(old) -> c) from unnest(tg_argv) c;
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into backout.changes (relation, key)
      select name, jsonb_object_agg(c, to_jsonb(new) -> c) from unnest(tg_argv) c;
  end if;
  return null;
end $$;

do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass as relation,
      (select string_agg(quote_literal(attname), ', ') from pg_index i
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c
    where relkind = 'r' and relpersistence = 'p' and relnamespace::regnamespace::text !~ '^(pg_.*|information_schema|backout)$'
  loop
    if one.key is null then
      raise exception 'table % has no primary key: what changes in it cannot be noted', one.relation;
    end if;
    execute format('create trigger backout_capture after insert or update or delete on %s
      for each row execute function backout.note(%s)', one.relation, one.key);
    execute format('create trigger backout_capture_all after truncate on %s
      for each statement execute function backout.note()', one.relation);
    execute format('alter table %s enable always trigger backout_capture, enable always trigger backout_capture_all',
      one.relation);
  end loop;
end $$;

insert into backout.capture values (clock_timestamp());
commit;
