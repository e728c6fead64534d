ALTER TABLE `email_users` ADD `row_checksum` text;
ALTER TABLE `email_teams` ADD `row_checksum` text;
ALTER TABLE `email_team_members` ADD `row_checksum` text;
ALTER TABLE `email_api_tokens` ADD `row_checksum` text;
ALTER TABLE `token_revocations` ADD `row_checksum` text;
ALTER TABLE `oauth_tokens` ADD `row_checksum` text;
ALTER TABLE `oauth_client_registrations` ADD `row_checksum` text;
ALTER TABLE `profiles` ADD `row_checksum` text;
ALTER TABLE `profile_mcp_servers` ADD `row_checksum` text;
ALTER TABLE `profile_mcp_server_tools` ADD `row_checksum` text;
ALTER TABLE `mcp_servers` ADD `row_checksum` text;
ALTER TABLE `mcp_server_tool_configs` ADD `row_checksum` text;
ALTER TABLE `secrets` ADD `row_checksum` text;
ALTER TABLE `encryption_keys` ADD `row_checksum` text;
ALTER TABLE `gateway_settings` ADD `row_checksum` text;
DROP TRIGGER `email_api_tokens_updated_at`;
CREATE TRIGGER `email_api_tokens_updated_at` AFTER UPDATE ON `email_api_tokens`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum AND NEW.last_used IS OLD.last_used
BEGIN
	UPDATE `email_api_tokens` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `email_teams_updated_at`;
CREATE TRIGGER `email_teams_updated_at` AFTER UPDATE ON `email_teams`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `email_teams` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `email_users_updated_at`;
CREATE TRIGGER `email_users_updated_at` AFTER UPDATE ON `email_users`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum AND NEW.last_login IS OLD.last_login AND NEW.failed_login_attempts IS OLD.failed_login_attempts AND NEW.locked_until IS OLD.locked_until
BEGIN
	UPDATE `email_users` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `gateway_settings_updated_at`;
CREATE TRIGGER `gateway_settings_updated_at` AFTER UPDATE ON `gateway_settings`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `gateway_settings` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `mcp_server_tool_configs_updated_at`;
CREATE TRIGGER `mcp_server_tool_configs_updated_at` AFTER UPDATE ON `mcp_server_tool_configs`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `mcp_server_tool_configs` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `mcp_servers_updated_at`;
CREATE TRIGGER `mcp_servers_updated_at` AFTER UPDATE ON `mcp_servers`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum AND NEW.status IS OLD.status AND NEW.status_error IS OLD.status_error AND NEW.capabilities IS OLD.capabilities AND NEW.server_version IS OLD.server_version AND NEW.last_health_check IS OLD.last_health_check AND NEW.tools_listed_at IS OLD.tools_listed_at
BEGIN
	UPDATE `mcp_servers` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `oauth_client_registrations_updated_at`;
CREATE TRIGGER `oauth_client_registrations_updated_at` AFTER UPDATE ON `oauth_client_registrations`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `oauth_client_registrations` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `oauth_tokens_updated_at`;
CREATE TRIGGER `oauth_tokens_updated_at` AFTER UPDATE ON `oauth_tokens`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `oauth_tokens` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `profile_mcp_server_tools_updated_at`;
CREATE TRIGGER `profile_mcp_server_tools_updated_at` AFTER UPDATE ON `profile_mcp_server_tools`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `profile_mcp_server_tools` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `profile_mcp_servers_updated_at`;
CREATE TRIGGER `profile_mcp_servers_updated_at` AFTER UPDATE ON `profile_mcp_servers`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `profile_mcp_servers` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `profiles_updated_at`;
CREATE TRIGGER `profiles_updated_at` AFTER UPDATE ON `profiles`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `profiles` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
DROP TRIGGER `secrets_updated_at`;
CREATE TRIGGER `secrets_updated_at` AFTER UPDATE ON `secrets`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum
BEGIN
	UPDATE `secrets` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
