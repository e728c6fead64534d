CREATE TABLE `catalogs` (
	`id` text PRIMARY KEY NOT NULL,
	`ref` text NOT NULL,
	`title` text NOT NULL,
	`source_type` text NOT NULL,
	`source_url` text NOT NULL,
	`digest` text,
	`last_updated` integer,
	`team_id` text,
	`owner_email` text COLLATE NOCASE,
	`visibility` text DEFAULT 'private' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`owner_email`) REFERENCES `email_users`(`email`) ON UPDATE cascade ON DELETE cascade,
	CONSTRAINT "catalogs_id_check" CHECK(length("id") = 36),
	CONSTRAINT "catalogs_source_type_check" CHECK("source_type" in ('file', 'https')),
	CONSTRAINT "catalogs_visibility_check" CHECK("visibility" in ('private', 'team', 'public'))
) STRICT;
CREATE UNIQUE INDEX `catalogs_ref_unique` ON `catalogs` (`ref`);
CREATE INDEX `catalogs_team_id_idx` ON `catalogs` (`team_id`);
CREATE INDEX `catalogs_owner_email_idx` ON `catalogs` (`owner_email`);
CREATE TABLE `catalog_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`catalog_id` text NOT NULL,
	`name` text NOT NULL,
	`server_type` text NOT NULL,
	`snapshot` text NOT NULL,
	`tools` text,
	FOREIGN KEY (`catalog_id`) REFERENCES `catalogs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "catalog_servers_id_check" CHECK(length("id") = 36),
	CONSTRAINT "catalog_servers_snapshot_check" CHECK(json_valid("snapshot")),
	CONSTRAINT "catalog_servers_tools_check" CHECK(json_valid("tools"))
) STRICT;
CREATE UNIQUE INDEX `catalog_servers_catalog_id_name_unique` ON `catalog_servers` (`catalog_id`,`name`);
CREATE TABLE `email_users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text COLLATE NOCASE NOT NULL,
	`password_hash` text,
	`password_hash_type` text DEFAULT 'none' NOT NULL,
	`full_name` text,
	`is_admin` integer DEFAULT false NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`is_local_owner` integer DEFAULT false NOT NULL,
	`must_change_password` integer DEFAULT false NOT NULL,
	`email_verified_at` integer,
	`auth_provider` text DEFAULT 'local' NOT NULL,
	`failed_login_attempts` integer DEFAULT 0 NOT NULL,
	`locked_until` integer,
	`last_login` integer,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	CONSTRAINT "email_users_id_check" CHECK(length("id") = 36),
	CONSTRAINT "email_users_password_hash_type_check" CHECK("password_hash_type" in ('argon2id', 'bcrypt', 'none')),
	CONSTRAINT "email_users_is_admin_check" CHECK("is_admin" in (0, 1)),
	CONSTRAINT "email_users_is_active_check" CHECK("is_active" in (0, 1)),
	CONSTRAINT "email_users_is_local_owner_check" CHECK("is_local_owner" in (0, 1)),
	CONSTRAINT "email_users_must_change_password_check" CHECK("must_change_password" in (0, 1))
) STRICT;
CREATE UNIQUE INDEX `email_users_email_unique` ON `email_users` (`email`);
CREATE UNIQUE INDEX `email_users_local_owner_idx` ON `email_users` (`is_local_owner`) WHERE is_local_owner = 1;
CREATE TABLE `email_teams` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`description` text,
	`created_by` text NOT NULL,
	`is_personal` integer DEFAULT false NOT NULL,
	`visibility` text DEFAULT 'private' NOT NULL,
	`max_members` integer,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`created_by`) REFERENCES `email_users`(`id`) ON UPDATE no action ON DELETE restrict,
	CONSTRAINT "email_teams_id_check" CHECK(length("id") = 36),
	CONSTRAINT "email_teams_is_personal_check" CHECK("is_personal" in (0, 1)),
	CONSTRAINT "email_teams_visibility_check" CHECK("visibility" in ('private', 'public')),
	CONSTRAINT "email_teams_is_active_check" CHECK("is_active" in (0, 1))
) STRICT;
CREATE UNIQUE INDEX `email_teams_slug_unique` ON `email_teams` (`slug`);
CREATE INDEX `email_teams_created_by_idx` ON `email_teams` (`created_by`);
CREATE UNIQUE INDEX `email_teams_personal_idx` ON `email_teams` (`created_by`) WHERE is_personal = 1;
CREATE TABLE `email_team_members` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text DEFAULT 'member' NOT NULL,
	`joined_at` integer NOT NULL,
	`invited_by` text,
	`is_active` integer DEFAULT true NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `email_users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`invited_by`) REFERENCES `email_users`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "email_team_members_id_check" CHECK(length("id") = 36),
	CONSTRAINT "email_team_members_role_check" CHECK("role" in ('owner', 'member')),
	CONSTRAINT "email_team_members_is_active_check" CHECK("is_active" in (0, 1))
) STRICT;
CREATE INDEX `email_team_members_user_id_idx` ON `email_team_members` (`user_id`);
CREATE INDEX `email_team_members_invited_by_idx` ON `email_team_members` (`invited_by`);
CREATE UNIQUE INDEX `email_team_members_team_id_user_id_unique` ON `email_team_members` (`team_id`,`user_id`);
CREATE TABLE `email_api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`prefix` text NOT NULL,
	`server_ids` text,
	`profile_ids` text,
	`resource_scopes` text DEFAULT '[]' NOT NULL,
	`ip_restrictions` text,
	`time_restrictions` text,
	`usage_limits` text,
	`team_id` text,
	`description` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`expires_at` integer,
	`last_used` integer,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `email_users`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "email_api_tokens_id_check" CHECK(length("id") = 36),
	CONSTRAINT "email_api_tokens_server_ids_check" CHECK(json_valid("server_ids")),
	CONSTRAINT "email_api_tokens_profile_ids_check" CHECK(json_valid("profile_ids")),
	CONSTRAINT "email_api_tokens_resource_scopes_check" CHECK(json_valid("resource_scopes")),
	CONSTRAINT "email_api_tokens_ip_restrictions_check" CHECK(json_valid("ip_restrictions")),
	CONSTRAINT "email_api_tokens_time_restrictions_check" CHECK(json_valid("time_restrictions")),
	CONSTRAINT "email_api_tokens_usage_limits_check" CHECK(json_valid("usage_limits")),
	CONSTRAINT "email_api_tokens_tags_check" CHECK(json_valid("tags")),
	CONSTRAINT "email_api_tokens_is_active_check" CHECK("is_active" in (0, 1))
) STRICT;
CREATE UNIQUE INDEX `email_api_tokens_token_hash_unique` ON `email_api_tokens` (`token_hash`);
CREATE INDEX `email_api_tokens_team_id_idx` ON `email_api_tokens` (`team_id`);
CREATE UNIQUE INDEX `email_api_tokens_name_idx` ON `email_api_tokens` (`user_id`,`name`) WHERE is_active = 1;
CREATE INDEX `email_api_tokens_user_id_idx` ON `email_api_tokens` (`user_id`);
CREATE TABLE `token_revocations` (
	`jti` text PRIMARY KEY NOT NULL,
	`revoked_at` integer NOT NULL,
	`revoked_by` text NOT NULL,
	`reason` text
) STRICT;
CREATE TABLE `oauth_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`access_token` text NOT NULL,
	`refresh_token` text,
	`token_type` text DEFAULT 'Bearer' NOT NULL,
	`expires_at` integer,
	`scope` text,
	`issuer` text,
	`last_refresh_at` integer,
	`last_error` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "oauth_tokens_id_check" CHECK(length("id") = 36),
	CONSTRAINT "oauth_tokens_access_token_check" CHECK("access_token" like 'v1:%'),
	CONSTRAINT "oauth_tokens_refresh_token_check" CHECK("refresh_token" like 'v1:%')
) STRICT;
CREATE UNIQUE INDEX `oauth_tokens_mcp_server_id_unique` ON `oauth_tokens` (`mcp_server_id`);
CREATE TABLE `oauth_client_registrations` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`authorization_server_url` text NOT NULL,
	`client_id` text NOT NULL,
	`client_secret` text,
	`registration_access_token` text,
	`registration_client_uri` text,
	`redirect_uri` text NOT NULL,
	`client_secret_expires_at` integer,
	`origin` text NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "oauth_client_registrations_id_check" CHECK(length("id") = 36),
	CONSTRAINT "oauth_client_registrations_client_secret_check" CHECK("client_secret" like 'v1:%'),
	CONSTRAINT "oauth_client_registrations_registration_access_token_check" CHECK("registration_access_token" like 'v1:%'),
	CONSTRAINT "oauth_client_registrations_origin_check" CHECK("origin" in ('dcr', 'manual', 'metadata'))
) STRICT;
CREATE UNIQUE INDEX `oauth_client_registrations_mcp_server_id_authorization_server_url_unique` ON `oauth_client_registrations` (`mcp_server_id`,`authorization_server_url`);
CREATE TABLE `oauth_sessions` (
	`state_hash` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`code_verifier` text NOT NULL,
	`redirect_uri` text NOT NULL,
	`issuer` text,
	`resource` text,
	`scope` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "oauth_sessions_code_verifier_check" CHECK("code_verifier" like 'v1:%')
) STRICT;
CREATE INDEX `oauth_sessions_mcp_server_id_idx` ON `oauth_sessions` (`mcp_server_id`);
CREATE TABLE `profiles` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`description` text,
	`tool_naming` text DEFAULT 'first_wins' NOT NULL,
	`dynamic_tools` integer DEFAULT false NOT NULL,
	`code_mode` integer DEFAULT false NOT NULL,
	`block_secrets` integer DEFAULT false NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`team_id` text,
	`owner_email` text COLLATE NOCASE,
	`visibility` text DEFAULT 'private' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`owner_email`) REFERENCES `email_users`(`email`) ON UPDATE cascade ON DELETE cascade,
	CONSTRAINT "profiles_id_check" CHECK(length("id") = 36),
	CONSTRAINT "profiles_tool_naming_check" CHECK("tool_naming" in ('first_wins', 'always_prefix', 'reject')),
	CONSTRAINT "profiles_dynamic_tools_check" CHECK("dynamic_tools" in (0, 1)),
	CONSTRAINT "profiles_code_mode_check" CHECK("code_mode" in (0, 1)),
	CONSTRAINT "profiles_block_secrets_check" CHECK("block_secrets" in (0, 1)),
	CONSTRAINT "profiles_tags_check" CHECK(json_valid("tags")),
	CONSTRAINT "profiles_visibility_check" CHECK("visibility" in ('private', 'team', 'public'))
) STRICT;
CREATE UNIQUE INDEX `profiles_slug_unique` ON `profiles` (`slug`);
CREATE INDEX `profiles_team_id_idx` ON `profiles` (`team_id`);
CREATE INDEX `profiles_owner_email_idx` ON `profiles` (`owner_email`);
CREATE TABLE `profile_slug_history` (
	`slug` text PRIMARY KEY NOT NULL,
	`profile_id` text NOT NULL,
	`retired_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
CREATE INDEX `profile_slug_history_profile_id_idx` ON `profile_slug_history` (`profile_id`);
CREATE TABLE `profile_mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`order` integer NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`tool_policy` text DEFAULT 'all' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "profile_mcp_servers_id_check" CHECK(length("id") = 36),
	CONSTRAINT "profile_mcp_servers_is_active_check" CHECK("is_active" in (0, 1)),
	CONSTRAINT "profile_mcp_servers_tool_policy_check" CHECK("tool_policy" in ('all', 'allowlist'))
) STRICT;
CREATE INDEX `profile_mcp_servers_order_idx` ON `profile_mcp_servers` (`profile_id`,`order`);
CREATE INDEX `profile_mcp_servers_mcp_server_id_idx` ON `profile_mcp_servers` (`mcp_server_id`);
CREATE UNIQUE INDEX `profile_mcp_servers_profile_id_mcp_server_id_unique` ON `profile_mcp_servers` (`profile_id`,`mcp_server_id`);
CREATE TABLE `profile_mcp_server_tools` (
	`id` text PRIMARY KEY NOT NULL,
	`profile_mcp_server_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`custom_name` text,
	`custom_description` text,
	`custom_input_schema` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`profile_mcp_server_id`) REFERENCES `profile_mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "profile_mcp_server_tools_id_check" CHECK(length("id") = 36),
	CONSTRAINT "profile_mcp_server_tools_is_enabled_check" CHECK("is_enabled" in (0, 1)),
	CONSTRAINT "profile_mcp_server_tools_custom_input_schema_check" CHECK(json_valid("custom_input_schema"))
) STRICT;
CREATE UNIQUE INDEX `profile_mcp_server_tools_profile_mcp_server_id_tool_name_unique` ON `profile_mcp_server_tools` (`profile_mcp_server_id`,`tool_name`);
CREATE TABLE `mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`slug` text NOT NULL,
	`type` text NOT NULL,
	`config` text NOT NULL,
	`oauth_config` text,
	`api_key_config` text,
	`endpoint` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`tool_policy` text DEFAULT 'all' NOT NULL,
	`status` text DEFAULT 'disconnected' NOT NULL,
	`status_error` text,
	`capabilities` text,
	`server_version` text,
	`last_health_check` integer,
	`tools_listed_at` integer,
	`timeout_ms` integer DEFAULT 30000 NOT NULL,
	`retries` integer DEFAULT 3 NOT NULL,
	`keep_alive` integer DEFAULT false NOT NULL,
	`command_sha256_approved` text,
	`preset_id` text,
	`catalog_server_id` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`deleted_at` integer,
	`team_id` text,
	`owner_email` text COLLATE NOCASE,
	`visibility` text DEFAULT 'private' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`catalog_server_id`) REFERENCES `catalog_servers`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`owner_email`) REFERENCES `email_users`(`email`) ON UPDATE cascade ON DELETE cascade,
	CONSTRAINT "mcp_servers_id_check" CHECK(length("id") = 36),
	CONSTRAINT "mcp_servers_type_check" CHECK("type" in ('remote_http', 'remote_sse', 'external', 'builtin', 'custom')),
	CONSTRAINT "mcp_servers_config_check" CHECK(json_valid("config")),
	CONSTRAINT "mcp_servers_oauth_config_check" CHECK(json_valid("oauth_config")),
	CONSTRAINT "mcp_servers_api_key_config_check" CHECK(json_valid("api_key_config")),
	CONSTRAINT "mcp_servers_enabled_check" CHECK("enabled" in (0, 1)),
	CONSTRAINT "mcp_servers_tool_policy_check" CHECK("tool_policy" in ('all', 'allowlist')),
	CONSTRAINT "mcp_servers_status_check" CHECK("status" in ('connected', 'disconnected', 'connecting', 'error', 'auth_required', 'approval_required', 'disabled')),
	CONSTRAINT "mcp_servers_capabilities_check" CHECK(json_valid("capabilities")),
	CONSTRAINT "mcp_servers_keep_alive_check" CHECK("keep_alive" in (0, 1)),
	CONSTRAINT "mcp_servers_tags_check" CHECK(json_valid("tags")),
	CONSTRAINT "mcp_servers_visibility_check" CHECK("visibility" in ('private', 'team', 'public')),
	CONSTRAINT "mcp_servers_timeout_ms_check" CHECK(timeout_ms between 1000 and 300000),
	CONSTRAINT "mcp_servers_retries_check" CHECK(retries between 0 and 10)
) STRICT;
CREATE UNIQUE INDEX `mcp_servers_slug_unique` ON `mcp_servers` (`slug`);
CREATE UNIQUE INDEX `mcp_servers_endpoint_unique` ON `mcp_servers` (`endpoint`);
CREATE UNIQUE INDEX `mcp_servers_name_idx` ON `mcp_servers` (`owner_email`,lower(name)) WHERE deleted_at is null;
CREATE INDEX `mcp_servers_type_idx` ON `mcp_servers` (`type`);
CREATE INDEX `mcp_servers_deleted_at_idx` ON `mcp_servers` (`deleted_at`);
CREATE INDEX `mcp_servers_catalog_server_id_idx` ON `mcp_servers` (`catalog_server_id`);
CREATE INDEX `mcp_servers_team_id_idx` ON `mcp_servers` (`team_id`);
CREATE INDEX `mcp_servers_owner_email_idx` ON `mcp_servers` (`owner_email`);
CREATE TABLE `endpoint_pool` (
	`url` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`origin` text NOT NULL,
	`retired_at` integer,
	CONSTRAINT "endpoint_pool_origin_check" CHECK("origin" in ('env', 'generated'))
) STRICT;
CREATE UNIQUE INDEX `endpoint_pool_position_unique` ON `endpoint_pool` (`position`);
CREATE TABLE `mcp_server_tool_configs` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`approval` text DEFAULT 'allow' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "mcp_server_tool_configs_id_check" CHECK(length("id") = 36),
	CONSTRAINT "mcp_server_tool_configs_is_enabled_check" CHECK("is_enabled" in (0, 1)),
	CONSTRAINT "mcp_server_tool_configs_approval_check" CHECK("approval" in ('allow', 'ask', 'deny'))
) STRICT;
CREATE UNIQUE INDEX `mcp_server_tool_configs_mcp_server_id_tool_name_unique` ON `mcp_server_tool_configs` (`mcp_server_id`,`tool_name`);
CREATE TABLE `mcp_server_tools_cache` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text NOT NULL,
	`kind` text DEFAULT 'tool' NOT NULL,
	`tool_name` text NOT NULL,
	`position` integer NOT NULL,
	`definition` text NOT NULL,
	`description` text,
	`input_schema` text,
	`output_schema` text,
	`annotations` text,
	`schema_hash` text NOT NULL,
	`accepted_hash` text,
	`fetched_at` integer NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "mcp_server_tools_cache_id_check" CHECK(length("id") = 36),
	CONSTRAINT "mcp_server_tools_cache_kind_check" CHECK("kind" in ('tool', 'resource', 'template', 'prompt')),
	CONSTRAINT "mcp_server_tools_cache_input_schema_check" CHECK(json_valid("input_schema")),
	CONSTRAINT "mcp_server_tools_cache_output_schema_check" CHECK(json_valid("output_schema")),
	CONSTRAINT "mcp_server_tools_cache_annotations_check" CHECK(json_valid("annotations")),
	CONSTRAINT "mcp_server_tools_cache_definition_check" CHECK(json_valid(definition))
) STRICT;
CREATE INDEX `mcp_server_tools_cache_position_idx` ON `mcp_server_tools_cache` (`mcp_server_id`,`kind`,`position`);
CREATE UNIQUE INDEX `mcp_server_tools_cache_mcp_server_id_kind_tool_name_unique` ON `mcp_server_tools_cache` (`mcp_server_id`,`kind`,`tool_name`);
CREATE TABLE `sources` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`source_metadata` text DEFAULT '{}' NOT NULL,
	`secret_metadata` text,
	`team_id` text,
	`owner_email` text COLLATE NOCASE,
	`visibility` text DEFAULT 'private' NOT NULL,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `email_teams`(`id`) ON UPDATE no action ON DELETE restrict,
	FOREIGN KEY (`owner_email`) REFERENCES `email_users`(`email`) ON UPDATE cascade ON DELETE cascade,
	CONSTRAINT "sources_id_check" CHECK(length("id") = 36),
	CONSTRAINT "sources_source_metadata_check" CHECK(json_valid("source_metadata")),
	CONSTRAINT "sources_secret_metadata_check" CHECK("secret_metadata" like 'v1:%'),
	CONSTRAINT "sources_visibility_check" CHECK("visibility" in ('private', 'team', 'public'))
) STRICT;
CREATE INDEX `sources_team_id_idx` ON `sources` (`team_id`);
CREATE INDEX `sources_owner_email_idx` ON `sources` (`owner_email`);
CREATE TABLE `mcp_server_sources` (
	`mcp_server_id` text NOT NULL,
	`source_id` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`mcp_server_id`, `source_id`),
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`source_id`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE restrict
) STRICT;
CREATE INDEX `mcp_server_sources_source_id_idx` ON `mcp_server_sources` (`source_id`);
CREATE TABLE `secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`scope_id` text,
	`value` text NOT NULL,
	`hint` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	CONSTRAINT "secrets_id_check" CHECK(length("id") = 36),
	CONSTRAINT "secrets_scope_check" CHECK("scope" in ('global', 'server', 'source')),
	CONSTRAINT "secrets_value_check" CHECK("value" like 'v1:%')
) STRICT;
CREATE UNIQUE INDEX `secrets_global_name_idx` ON `secrets` (`name`) WHERE scope_id is null;
CREATE UNIQUE INDEX `secrets_scope_scope_id_name_unique` ON `secrets` (`scope`,`scope_id`,`name`);
CREATE TABLE `encryption_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`wrapped_key` text NOT NULL,
	`wrap_method` text NOT NULL,
	`kdf` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`retired_at` integer,
	CONSTRAINT "encryption_keys_id_check" CHECK(length("id") = 36),
	CONSTRAINT "encryption_keys_wrap_method_check" CHECK("wrap_method" in ('os', 'passphrase', 'env')),
	CONSTRAINT "encryption_keys_kdf_check" CHECK(json_valid("kdf"))
) STRICT;
CREATE TABLE `gateway_settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	CONSTRAINT "gateway_settings_value_check" CHECK(json_valid("value"))
) STRICT;
CREATE TABLE `interceptors` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`phase` text NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`config` text DEFAULT '{}' NOT NULL,
	`position` integer NOT NULL,
	`timeout_ms` integer NOT NULL,
	`enabled` integer DEFAULT false NOT NULL,
	`approved_sha256` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	CONSTRAINT "interceptors_id_check" CHECK(length("id") = 36),
	CONSTRAINT "interceptors_phase_check" CHECK("phase" in ('before', 'after')),
	CONSTRAINT "interceptors_kind_check" CHECK("kind" in ('exec', 'http', 'builtin')),
	CONSTRAINT "interceptors_config_check" CHECK(json_valid("config")),
	CONSTRAINT "interceptors_enabled_check" CHECK("enabled" in (0, 1))
) STRICT;
CREATE UNIQUE INDEX `interceptors_name_unique` ON `interceptors` (`name`);
CREATE TABLE `client_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`client` text NOT NULL,
	`config_path` text NOT NULL,
	`entry_name` text NOT NULL,
	`profile_id` text,
	`mode` text NOT NULL,
	`token_id` text,
	`backup_path` text,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	`updated_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "client_connections_id_check" CHECK(length("id") = 36),
	CONSTRAINT "client_connections_mode_check" CHECK("mode" in ('stdio', 'http'))
) STRICT;
CREATE INDEX `client_connections_profile_id_idx` ON `client_connections` (`profile_id`);
CREATE UNIQUE INDEX `client_connections_client_config_path_entry_name_unique` ON `client_connections` (`client`,`config_path`,`entry_name`);
CREATE TABLE `backups` (
	`id` text PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`kind` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`schema_version` integer NOT NULL,
	`verified_at` integer,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	CONSTRAINT "backups_id_check" CHECK(length("id") = 36)
) STRICT;
CREATE TABLE `import_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`format` text NOT NULL,
	`mode` text NOT NULL,
	`dry_run` integer NOT NULL,
	`status` text NOT NULL,
	`counts` text DEFAULT '{}' NOT NULL,
	`errors` text DEFAULT '[]' NOT NULL,
	`warnings` text DEFAULT '[]' NOT NULL,
	`backup_id` text,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`backup_id`) REFERENCES `backups`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "import_runs_id_check" CHECK(length("id") = 36),
	CONSTRAINT "import_runs_dry_run_check" CHECK("dry_run" in (0, 1)),
	CONSTRAINT "import_runs_status_check" CHECK("status" in ('running', 'completed', 'failed')),
	CONSTRAINT "import_runs_counts_check" CHECK(json_valid("counts")),
	CONSTRAINT "import_runs_errors_check" CHECK(json_valid("errors")),
	CONSTRAINT "import_runs_warnings_check" CHECK(json_valid("warnings"))
) STRICT;
CREATE INDEX `import_runs_backup_id_idx` ON `import_runs` (`backup_id`);
CREATE TABLE `app_locks` (
	`name` text PRIMARY KEY NOT NULL,
	`holder_pid` integer NOT NULL,
	`holder_id` text NOT NULL,
	`acquired_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
CREATE TABLE `debug_logs` (
	`id` text PRIMARY KEY NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`token_id` text,
	`request_type` text NOT NULL,
	`tool_name` text,
	`request_payload` text,
	`response_payload` text,
	`truncated` integer DEFAULT false NOT NULL,
	`status` text NOT NULL,
	`error_code` text,
	`error_message` text,
	`duration_ms` integer,
	`created_at` integer DEFAULT (cast(unixepoch('subsec') * 1000 as integer)) NOT NULL,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "debug_logs_id_check" CHECK(length("id") = 36),
	CONSTRAINT "debug_logs_truncated_check" CHECK("truncated" in (0, 1)),
	CONSTRAINT "debug_logs_status_check" CHECK("status" in ('pending', 'success', 'error', 'timeout'))
) STRICT;
CREATE INDEX `debug_logs_created_at_idx` ON `debug_logs` (`created_at`);
CREATE INDEX `debug_logs_profile_id_idx` ON `debug_logs` (`profile_id`,`created_at`);
CREATE INDEX `debug_logs_mcp_server_id_idx` ON `debug_logs` (`mcp_server_id`,`created_at`);
CREATE INDEX `debug_logs_status_idx` ON `debug_logs` (`status`,`created_at`);
CREATE TABLE `tool_metrics` (
	`hour` integer NOT NULL,
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`calls` integer DEFAULT 0 NOT NULL,
	`errors` integer DEFAULT 0 NOT NULL,
	`total_ms` integer DEFAULT 0 NOT NULL,
	`max_ms` integer DEFAULT 0 NOT NULL,
	`histogram` text DEFAULT '[]' NOT NULL,
	PRIMARY KEY(`hour`, `profile_id`, `mcp_server_id`, `tool_name`),
	CONSTRAINT "tool_metrics_histogram_check" CHECK(json_valid("histogram"))
) STRICT;
CREATE TRIGGER `catalogs_updated_at` AFTER UPDATE ON `catalogs`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `catalogs` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `email_users_updated_at` AFTER UPDATE ON `email_users`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.last_login IS OLD.last_login AND NEW.failed_login_attempts IS OLD.failed_login_attempts AND NEW.locked_until IS OLD.locked_until
BEGIN
	UPDATE `email_users` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `email_teams_updated_at` AFTER UPDATE ON `email_teams`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `email_teams` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `email_api_tokens_updated_at` AFTER UPDATE ON `email_api_tokens`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.last_used IS OLD.last_used
BEGIN
	UPDATE `email_api_tokens` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `oauth_tokens_updated_at` AFTER UPDATE ON `oauth_tokens`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `oauth_tokens` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `oauth_client_registrations_updated_at` AFTER UPDATE ON `oauth_client_registrations`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `oauth_client_registrations` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `profiles_updated_at` AFTER UPDATE ON `profiles`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `profiles` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `profile_mcp_servers_updated_at` AFTER UPDATE ON `profile_mcp_servers`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `profile_mcp_servers` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `profile_mcp_server_tools_updated_at` AFTER UPDATE ON `profile_mcp_server_tools`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `profile_mcp_server_tools` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `mcp_servers_updated_at` AFTER UPDATE ON `mcp_servers`
WHEN NEW.updated_at IS OLD.updated_at AND NEW.status IS OLD.status AND NEW.status_error IS OLD.status_error AND NEW.capabilities IS OLD.capabilities AND NEW.server_version IS OLD.server_version AND NEW.last_health_check IS OLD.last_health_check AND NEW.tools_listed_at IS OLD.tools_listed_at
BEGIN
	UPDATE `mcp_servers` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `mcp_server_tool_configs_updated_at` AFTER UPDATE ON `mcp_server_tool_configs`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `mcp_server_tool_configs` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `sources_updated_at` AFTER UPDATE ON `sources`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `sources` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `secrets_updated_at` AFTER UPDATE ON `secrets`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `secrets` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `gateway_settings_updated_at` AFTER UPDATE ON `gateway_settings`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `gateway_settings` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `interceptors_updated_at` AFTER UPDATE ON `interceptors`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `interceptors` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER `client_connections_updated_at` AFTER UPDATE ON `client_connections`
WHEN NEW.updated_at IS OLD.updated_at
BEGIN
	UPDATE `client_connections` SET updated_at = max(OLD.updated_at + 1, cast(unixepoch('subsec') * 1000 as integer)) WHERE rowid = NEW.rowid;
END;
