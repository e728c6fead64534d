DROP VIEW `users`;
DROP VIEW `mcp_external_servers`;
DROP VIEW `effective_profile_tools`;
PRAGMA foreign_keys=OFF;
CREATE TABLE `__new_encryption_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`wrapped_key` text NOT NULL,
	`wrap_method` text NOT NULL,
	`kdf` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`retired_at` integer,
	`row_checksum` text,
	CONSTRAINT "encryption_keys_id_check" CHECK(length("id") = 36),
	CONSTRAINT "encryption_keys_wrap_method_check" CHECK("wrap_method" in ('os', 'passphrase', 'file', 'env')),
	CONSTRAINT "encryption_keys_kdf_check" CHECK(json_valid("kdf"))
) STRICT;
INSERT INTO `__new_encryption_keys`("id", "wrapped_key", "wrap_method", "kdf", "created_at", "retired_at", "row_checksum") SELECT "id", "wrapped_key", "wrap_method", "kdf", "created_at", "retired_at", "row_checksum" FROM `encryption_keys`;
DROP TABLE `encryption_keys`;
ALTER TABLE `__new_encryption_keys` RENAME TO `encryption_keys`;
PRAGMA foreign_keys=ON;
ALTER TABLE `secrets` ADD `last_used_at` integer;
CREATE VIEW `users` AS SELECT id, email, password_hash AS hashed_password, created_at, updated_at FROM email_users;
CREATE VIEW `mcp_external_servers` AS SELECT id, name,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN json_extract(config, '$.url') ELSE endpoint END AS url,
  CASE WHEN type IN ('remote_http', 'remote_sse') THEN 'http' ELSE 'stdio' END AS transport,
  CASE
    WHEN oauth_config IS NOT NULL THEN 'oauth2'
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
CREATE VIEW `effective_profile_tools` AS SELECT link.profile_id, link.id AS profile_mcp_server_id, link.mcp_server_id, link."order", tool.position, tool.tool_name,
  chosen.custom_name, chosen.custom_description, chosen.custom_input_schema, tool.definition
FROM profile_mcp_servers AS link
JOIN mcp_servers AS server ON server.id = link.mcp_server_id
JOIN mcp_server_tools_cache AS tool ON tool.mcp_server_id = server.id AND tool.kind = 'tool' AND tool.removed_at IS NULL
LEFT JOIN mcp_server_tool_configs AS config ON config.mcp_server_id = server.id AND config.tool_name = tool.tool_name
LEFT JOIN profile_mcp_server_tools AS chosen ON chosen.profile_mcp_server_id = link.id AND chosen.tool_name = tool.tool_name
WHERE link.is_active AND server.enabled AND server.deleted_at IS NULL
  AND coalesce(config.is_enabled, server.tool_policy = 'all') AND coalesce(chosen.is_enabled, link.tool_policy = 'all')
  AND (tool.schema_hash = coalesce(tool.accepted_hash, tool.schema_hash)
    OR EXISTS (SELECT 1 FROM gateway_settings WHERE key = 'changed_tools' AND value = '"flag"'));
DROP TRIGGER `secrets_updated_at`;
CREATE TRIGGER `secrets_updated_at` AFTER UPDATE ON `secrets`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum AND NEW.last_used_at IS OLD.last_used_at
BEGIN
	UPDATE `secrets` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
