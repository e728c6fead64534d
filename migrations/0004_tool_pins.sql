ALTER TABLE `mcp_server_tools_cache` ADD `accepted_definition` text;
ALTER TABLE `mcp_server_tools_cache` ADD `accepted_at` integer;
ALTER TABLE `mcp_server_tools_cache` ADD `removed_at` integer;
ALTER TABLE `mcp_server_tools_cache` ADD `row_checksum` text;
DROP VIEW `effective_profile_tools`;
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
