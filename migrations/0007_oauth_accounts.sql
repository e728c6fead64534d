CREATE TABLE `oauth_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`name` text NOT NULL,
	`is_default` integer DEFAULT false NOT NULL,
	`terms` text,
	`renewal` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`row_checksum` text,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "oauth_accounts_id_check" CHECK(length("id") = 36),
	CONSTRAINT "oauth_accounts_is_default_check" CHECK("is_default" in (0, 1)),
	CONSTRAINT "oauth_accounts_terms_check" CHECK(json_valid("terms")),
	CONSTRAINT "oauth_accounts_renewal_check" CHECK("renewal" like 'v1:%')
) STRICT;
CREATE UNIQUE INDEX `oauth_accounts_default_idx` ON `oauth_accounts` (`mcp_server_id`) WHERE is_default = 1;
CREATE UNIQUE INDEX `oauth_accounts_mcp_server_id_name_unique` ON `oauth_accounts` (`mcp_server_id`,`name`);
INSERT INTO `oauth_accounts`(`id`, `mcp_server_id`, `name`, `is_default`, `created_at`, `updated_at`) SELECT `id`, `mcp_server_id`, 'default', 1, `created_at`, `updated_at` FROM `oauth_tokens`;
DROP INDEX `oauth_tokens_mcp_server_id_unique`;
CREATE INDEX `oauth_tokens_mcp_server_id_idx` ON `oauth_tokens` (`mcp_server_id`);
ALTER TABLE `oauth_sessions` ADD `account_id` text REFERENCES oauth_accounts(id) ON DELETE cascade;
CREATE INDEX `oauth_sessions_account_id_idx` ON `oauth_sessions` (`account_id`);
ALTER TABLE `profile_mcp_servers` ADD `account_id` text REFERENCES oauth_accounts(id) ON DELETE set null;
CREATE INDEX `profile_mcp_servers_account_id_idx` ON `profile_mcp_servers` (`account_id`);
DROP VIEW `mcp_external_servers`;
CREATE VIEW `mcp_external_servers` AS SELECT id, name,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN json_extract(config, '$.url') ELSE endpoint END AS url,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN 'http' ELSE 'stdio' END AS transport,
  CASE
    WHEN oauth_config IS NOT NULL OR EXISTS (SELECT 1 FROM oauth_accounts WHERE mcp_server_id = mcp_servers.id) THEN 'oauth2'
    WHEN api_key_config IS NOT NULL THEN 'api_key'
    WHEN coalesce(json_extract(config, '$.env'), json_extract(config, '$.headers'), '{}') <> '{}' THEN 'environment'
    ELSE 'none'
  END AS auth_type,
  NULL AS credentials,
  capabilities,
  json_object('slug', slug, 'type', type, 'endpoint', endpoint, 'enabled', json(iif(enabled, 'true', 'false')), 'tags', json(tags)) AS metadata_,
  CASE
    WHEN status = 'connected' THEN 'connected'
    WHEN status IN ('error', 'auth_required') THEN 'error'
    WHEN status IN ('connecting', 'approval_required') OR tools_listed_at IS NULL THEN 'registered'
    ELSE 'disconnected'
  END AS status,
  last_health_check, created_at, updated_at
FROM mcp_servers WHERE deleted_at IS NULL;
CREATE TRIGGER `oauth_accounts_updated_at` AFTER UPDATE ON `oauth_accounts`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `oauth_accounts` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
