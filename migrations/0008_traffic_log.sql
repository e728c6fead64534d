DROP VIEW `users`;
DROP VIEW `mcp_external_servers`;
DROP VIEW `effective_profile_tools`;
CREATE TABLE `mcp_server_history` (
	`id` integer PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`at` integer NOT NULL,
	`state` text NOT NULL,
	`code` text,
	`message` text,
	`pid` integer,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
CREATE INDEX `mcp_server_history_server_idx` ON `mcp_server_history` (`mcp_server_id`,`id`);
PRAGMA foreign_keys=OFF;
CREATE TABLE `__new_debug_logs` (
	`id` text PRIMARY KEY NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`token_id` text,
	`request_type` text NOT NULL,
	`tool_name` text,
	`status` text NOT NULL,
	`error_code` text,
	`duration_ms` real,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`endpoint_slug` text,
	`account_name` text,
	`token_name` text,
	`client_name` text,
	`client_version` text,
	`server_version` text,
	`request_bytes` integer,
	`response_bytes` integer,
	`size_bytes` integer DEFAULT 0 NOT NULL,
	`truncated` integer DEFAULT false NOT NULL,
	`redacted` integer DEFAULT false NOT NULL,
	`request_whole` integer DEFAULT false NOT NULL,
	`error_message` text,
	`request_payload` text,
	`response_payload` text,
	`server_request` text,
	`server_response` text,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "debug_logs_id_check" CHECK(length("id") = 36),
	CONSTRAINT "debug_logs_status_check" CHECK("status" in ('pending', 'success', 'error', 'timeout', 'cancelled')),
	CONSTRAINT "debug_logs_truncated_check" CHECK("truncated" in (0, 1)),
	CONSTRAINT "debug_logs_redacted_check" CHECK("redacted" in (0, 1)),
	CONSTRAINT "debug_logs_request_whole_check" CHECK("request_whole" in (0, 1))
) STRICT;
INSERT INTO `__new_debug_logs`("id", "profile_id", "mcp_server_id", "token_id", "request_type", "tool_name", "status", "error_code", "duration_ms", "created_at", "truncated", "error_message", "request_payload", "response_payload") SELECT "id", "profile_id", "mcp_server_id", "token_id", "request_type", "tool_name", "status", "error_code", "duration_ms", "created_at", "truncated", "error_message", "request_payload", "response_payload" FROM `debug_logs`;
DROP TABLE `debug_logs`;
ALTER TABLE `__new_debug_logs` RENAME TO `debug_logs`;
PRAGMA foreign_keys=ON;
CREATE INDEX `debug_logs_created_at_idx` ON `debug_logs` (`created_at`,`id`,`size_bytes`);
CREATE INDEX `debug_logs_profile_id_idx` ON `debug_logs` (`profile_id`,`created_at`,`id`);
CREATE INDEX `debug_logs_mcp_server_id_idx` ON `debug_logs` (`mcp_server_id`,`created_at`,`id`);
CREATE INDEX `debug_logs_token_id_idx` ON `debug_logs` (`token_id`,`created_at`,`id`);
CREATE INDEX `debug_logs_status_idx` ON `debug_logs` (`status`,`created_at`,`id`);
CREATE VIEW `users` AS SELECT id, email, password_hash AS hashed_password, created_at, updated_at FROM email_users;
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
