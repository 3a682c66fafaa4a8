CREATE TABLE profiles (
    id TEXT PRIMARY KEY, profile TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE lists (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, deleted INTEGER) WITHOUT ROWID;
CREATE TABLE subscriptions (
    list_id TEXT NOT NULL, user_id TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    PRIMARY KEY (list_id, user_id)) WITHOUT ROWID;
CREATE INDEX subscriptions_by_user ON subscriptions (user_id, list_id);
CREATE TABLE brands (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, settings TEXT, snippets TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, is_default INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE audiences (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, operator TEXT, filter TEXT,
    version INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE audit_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, target TEXT NOT NULL,
    source TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE templates (
    id TEXT PRIMARY KEY, summary TEXT NOT NULL, content TEXT NOT NULL, routing TEXT NOT NULL,
    event_ids TEXT NOT NULL, published INTEGER NOT NULL, draft TEXT, version INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0, archived INTEGER) WITHOUT ROWID;
CREATE TABLE template_versions (
    template_id TEXT NOT NULL, number INTEGER NOT NULL, payload TEXT NOT NULL, created INTEGER NOT NULL,
    PRIMARY KEY (template_id, number)) WITHOUT ROWID;
CREATE TABLE submissions (
    template_id TEXT NOT NULL, id TEXT NOT NULL, checks TEXT NOT NULL, PRIMARY KEY (template_id, id)) WITHOUT ROWID;
CREATE TABLE routing_strategies (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER) WITHOUT ROWID;
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, request_id TEXT NOT NULL, trace_id TEXT,
    run_id TEXT, recipient TEXT NOT NULL, event TEXT NOT NULL, notification TEXT NOT NULL, list_id TEXT,
    tenant_id TEXT, tags TEXT NOT NULL, enqueued INTEGER NOT NULL, events TEXT NOT NULL, outputs TEXT NOT NULL,
    canceled INTEGER, archived INTEGER);
CREATE INDEX messages_by_request ON messages (request_id);
CREATE INDEX messages_by_trace ON messages (trace_id);
CREATE INDEX messages_by_run ON messages (run_id);
CREATE TABLE bulk_jobs (
    id TEXT PRIMARY KEY, message TEXT NOT NULL, started INTEGER) WITHOUT ROWID;
CREATE TABLE bulk_users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, user TEXT NOT NULL, message_id TEXT,
    failed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX bulk_users_by_job ON bulk_users (job_id, seq);
CREATE TABLE automations (
    id TEXT PRIMARY KEY, alias TEXT NOT NULL UNIQUE, steps TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    version TEXT NOT NULL, state TEXT NOT NULL, trigger TEXT NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, automation_id TEXT,
    source TEXT NOT NULL, cancelation_token TEXT, started INTEGER NOT NULL, steps TEXT NOT NULL, canceled INTEGER);
CREATE INDEX runs_by_token ON runs (cancelation_token);
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, parent_id TEXT, brand_id TEXT, properties TEXT NOT NULL,
    user_profile TEXT NOT NULL, defaults TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant_users (
    tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, profile TEXT, PRIMARY KEY (tenant_id, user_id)) WITHOUT ROWID;
CREATE INDEX tenant_users_by_user ON tenant_users (user_id, tenant_id);
CREATE TABLE topics (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, section_id TEXT NOT NULL, section_name TEXT NOT NULL,
    default_status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE user_topics (
    user_id TEXT NOT NULL, tenant_id TEXT NOT NULL, topic_id TEXT NOT NULL, preference TEXT NOT NULL,
    PRIMARY KEY (user_id, tenant_id, topic_id)) WITHOUT ROWID;
CREATE TABLE device_tokens (
    user_id TEXT NOT NULL, token TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER,
    PRIMARY KEY (user_id, token)) WITHOUT ROWID;
CREATE TABLE providers (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER) WITHOUT ROWID;
CREATE TABLE tenant_templates (
    tenant_id TEXT NOT NULL, template_id TEXT NOT NULL, number INTEGER NOT NULL, template TEXT NOT NULL,
    created INTEGER NOT NULL, published INTEGER, PRIMARY KEY (tenant_id, template_id, number)) WITHOUT ROWID;
CREATE TABLE inbound_events (id TEXT PRIMARY KEY, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE translations (locale TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE idempotency (
    endpoint TEXT NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    expires INTEGER NOT NULL, PRIMARY KEY (endpoint, key)) WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires);
