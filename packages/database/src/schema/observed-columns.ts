/**
 * Columns that record what was observed and not what somebody changed: writing them moves neither `updated_at` nor the
 * checksum of the row. Read by tools/tasks/db-generate.mjs when it writes the triggers.
 */
export const OBSERVED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  mcp_servers: ['status', 'status_error', 'capabilities', 'server_version', 'last_health_check', 'tools_listed_at'],
  secrets: ['last_used_at'],
  mcp_server_tools_cache: [
    'position',
    'definition',
    'description',
    'input_schema',
    'output_schema',
    'annotations',
    'schema_hash',
    'removed_at',
    'fetched_at',
  ],
  email_api_tokens: ['last_used', 'used_count'],
  email_users: ['last_login', 'failed_login_attempts', 'locked_until'],
}
