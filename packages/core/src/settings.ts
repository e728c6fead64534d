/** Id of the profile behind /mcp/gateway. */
export const DEFAULT_PROFILE_SETTING = 'default_gateway_profile'
/** What holds for all servers. */
export const SERVER_SETTINGS = 'servers'
