import type { ChangedTools } from '@local-mcp/contract'

/** Id of the profile behind /mcp/gateway. */
export const DEFAULT_PROFILE_SETTING = 'default_gateway_profile'
/** What holds for all servers. */
export const SERVER_SETTINGS = 'servers'
/** How the window looks. */
export const APPEARANCE_SETTING = 'appearance'
export const OAUTH_SETTINGS = 'oauth'
export const LOG_SETTINGS = 'traffic_log'
/** How many requests per minute each token may make. */
export const RATE_LIMITS_SETTING = 'rate_limits'
/** `left`: the window does not begin with the first steps any more. */
export const WELCOME_SETTING = 'welcome'
/** What happens to a tool that is not as it was accepted; absent is `block`, and so is anything that is not known. */
export const CHANGED_TOOLS_SETTING = 'changed_tools'
export const changedToolsOf = (value: unknown): ChangedTools => (value === 'flag' ? 'flag' : 'block')
