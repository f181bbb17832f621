-- One Postgres role for each process, so that a stolen credential can do what that process does and no more.
-- Roles belong to the whole cluster: they are made without LOGIN, and whoever deploys gives them a password.
DO $$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['corefleet_api', 'corefleet_gateway', 'corefleet_worker', 'corefleet_signer'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', r);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of this cluster was migrated before
    END;
  END LOOP;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO corefleet_api, corefleet_gateway, corefleet_worker, corefleet_signer;

-- api: people and what they ask for. Never signs, never writes what devices say.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO corefleet_api;
GRANT INSERT, UPDATE ON users, api_tokens, setup_links, enrolment_tokens, devices TO corefleet_api;
GRANT INSERT ON enrolments, audit_entries, commands, rollouts, waves, rollout_targets TO corefleet_api;
GRANT UPDATE (status, ended_at) ON enrolments TO corefleet_api;
GRANT UPDATE (status, finished_at, cause, message) ON commands TO corefleet_api;
GRANT UPDATE ON rollouts, waves, rollout_targets TO corefleet_api;
GRANT USAGE ON SEQUENCE audit_entries_id_seq TO corefleet_api, corefleet_worker;

-- worker: moves rollouts on and folds reports into commands.
GRANT SELECT ON audit_entries, enrolments, devices, device_links, commands, command_reports, rollouts, waves, rollout_targets, signing_keys TO corefleet_worker;
GRANT INSERT ON audit_entries, commands TO corefleet_worker;
GRANT UPDATE (status, accepted_at, finished_at, change_ids, cause, message, snapd_kind, snapd_value, result, late_status, applied_epoch, applied_number) ON commands TO corefleet_worker;
GRANT UPDATE (status, reason, finished_at, version) ON rollouts TO corefleet_worker;
GRANT UPDATE (status, started_at, finished_at) ON waves TO corefleet_worker;
GRANT UPDATE (command_id, skipped) ON rollout_targets TO corefleet_worker; -- never which devices are meant
GRANT DELETE, UPDATE (received_at) ON command_reports TO corefleet_worker; -- UPDATE of a column: what FOR UPDATE asks for

-- signer: reads what it signs and what authorised it; writes the signature and the sequence, nothing else.
GRANT SELECT ON audit_entries, commands, enrolments, devices, rollout_targets, signing_keys TO corefleet_signer;
GRANT UPDATE (status, key_id, sequence, envelope, signature, signed_at, finished_at, cause, message) ON commands TO corefleet_signer;
GRANT UPDATE (next_sequence) ON enrolments TO corefleet_signer;
GRANT INSERT ON signing_keys TO corefleet_signer;

-- gateway: hands out signed commands and keeps what devices say. Cannot write commands, rollouts, access or audit.
GRANT SELECT ON commands, enrolments, devices, device_links, device_facts, changes, notices, command_reports TO corefleet_gateway;
GRANT INSERT, UPDATE ON device_links, device_facts, changes, notices TO corefleet_gateway;
GRANT INSERT ON quarantined_items, command_reports TO corefleet_gateway;

-- The audit is append-only, for the owner of the table too.
CREATE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cannot % audit_entries: the audit is append-only', lower(TG_OP);
END $$;

-- A request is authorised by a person, through the API alone: the signer signs what these entries ask for.
CREATE FUNCTION refuse_invented_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'corefleet_worker' AND NEW.action IN ('command.issue', 'rollout.create') THEN
    RAISE EXCEPTION 'permission denied: the worker cannot authorise %', NEW.action USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_entries_authorised BEFORE INSERT ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_invented_request();

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_edit();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_edit();

-- What the sweep and the pull look for: commands that are not at their end.
CREATE INDEX commands_open ON commands (enrolment_id) WHERE finished_at IS NULL;
