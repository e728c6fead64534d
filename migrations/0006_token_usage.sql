CREATE TABLE `token_usage_logs` (
	`id` integer PRIMARY KEY NOT NULL,
	`token_jti` text NOT NULL,
	`user_email` text NOT NULL,
	`timestamp` integer NOT NULL,
	`endpoint` text NOT NULL,
	`method` text NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`status_code` integer NOT NULL,
	`response_time_ms` real,
	`blocked` integer NOT NULL,
	`block_reason` text,
	CONSTRAINT "token_usage_logs_blocked_check" CHECK("blocked" in (0, 1))
) STRICT;
CREATE INDEX `token_usage_logs_token_jti_idx` ON `token_usage_logs` (`token_jti`,`timestamp`);
ALTER TABLE `email_api_tokens` ADD `used_count` integer DEFAULT 0 NOT NULL;
DROP TRIGGER `email_api_tokens_updated_at`;
CREATE TRIGGER `email_api_tokens_updated_at` AFTER UPDATE ON `email_api_tokens`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.row_checksum IS OLD.row_checksum AND NEW.last_used IS OLD.last_used AND NEW.used_count IS OLD.used_count
BEGIN
	UPDATE `email_api_tokens` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
