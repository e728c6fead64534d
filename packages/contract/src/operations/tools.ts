import { z } from 'zod'
import { ref } from '../nouns/common.ts'
import { toolCheck } from '../nouns/profile-tool.ts'
import { acceptedTools, linkTools, tool, toolChange, toolCustomization, toolName, toolSwitches } from '../nouns/tool.ts'
import { operation } from './base.ts'

const byServer = z.strictObject({ server: ref })
const byLink = z.strictObject({ profile: ref, server: ref })
const byLinkTool = byLink.extend({ tool: toolName })
const AT_LINK = '/profiles/{profile}/servers/{server}/tools'

/** Part of `servers`: what is let through to every profile, and what changed. */
export const serverTools = {
  tools: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/tools', tags: ['servers'] })
    .input(byServer)
    .output(z.array(tool)),
  /** Sets the policy and switches tools, all of it or nothing. Answers with the tools as they then are. */
  switchTools: operation('servers.update')
    .route({ method: 'PUT', path: '/mcp-servers/{server}/tools', tags: ['servers'] })
    .input(byServer.extend(toolSwitches.shape))
    .output(z.array(tool)),
  toolChanges: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/tool-changes', tags: ['servers'] })
    .input(byServer)
    .output(z.array(toolChange)),
  /** Nobody accepts what was not shown: a hash that is no longer that of the change is a CONFLICT. */
  acceptTools: operation('servers.update')
    .route({ method: 'POST', path: '/mcp-servers/{server}/tool-changes/accept', tags: ['servers'] })
    .input(byServer.extend({ tools: acceptedTools }))
    .output(z.array(toolChange).describe('What is left')),
}

/** Part of `profiles`: what one profile makes of the tools of one of its servers. */
export const profileTools = {
  tools: operation('profiles.read')
    .route({ method: 'GET', path: AT_LINK, tags: ['profiles'] })
    .input(byLink)
    .output(linkTools),
  switchTools: operation('profiles.update')
    .route({ method: 'PUT', path: AT_LINK, tags: ['profiles'] })
    .input(byLink.extend(toolSwitches.shape))
    .output(linkTools),
  customizeTool: operation('profiles.update')
    .route({ method: 'PUT', path: `${AT_LINK}/{tool}`, tags: ['profiles'] })
    .input(byLinkTool.extend(toolCustomization.shape))
    .output(linkTools),
  /** Whether a customisation would be taken, and what would become of the tool. Changes nothing. */
  checkTool: operation('profiles.update')
    .route({ method: 'POST', path: `${AT_LINK}/{tool}/check`, tags: ['profiles'] })
    .input(byLinkTool.extend(toolCustomization.shape))
    .output(toolCheck),
  /** Back to what the server says. */
  resetTool: operation('profiles.update')
    .route({ method: 'DELETE', path: `${AT_LINK}/{tool}`, tags: ['profiles'] })
    .input(byLinkTool)
    .output(linkTools),
}
