import type { OAuthRecipe } from '@local-mcp/contract'

const USE_LOCALHOST = 'On the Sign-ins page, set how this computer is called to localhost, and copy the redirect URI after that.'

/** Providers that register no clients by themselves: what to create, and where. The comments name the pages that say so. */
export const RECIPES: readonly OAuthRecipe[] = [
  {
    // https://github.com/github/github-mcp-server/blob/main/docs/host-integration.md (no registration; a secret is needed)
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#loopback-redirect-urls
    id: 'github',
    title: 'GitHub',
    hosts: ['api.githubcopilot.com', 'github.com'],
    consoleUrl: 'https://github.com/settings/applications/new',
    steps: [
      'Create an OAuth app: it works at once. A GitHub App works too; it grants less, and has to be installed where it is to be used.',
      'Enter any name and homepage, and the redirect URI below as authorization callback URL.',
      'Choose “Generate a new client secret”. It is shown once.',
      'Enter the client ID and the secret here. An organization may have to approve the app before its repositories can be used.',
    ],
    needsSecret: true,
    scopes: null,
    redirectHint: 'GitHub takes http://127.0.0.1 with any port for an OAuth app. A GitHub App wants exactly this address.',
  },
  {
    // https://docs.slack.dev/ai/slack-mcp-server (apps of the workspace or of the directory only; user token scopes)
    // https://docs.slack.dev/authentication/using-pkce (redirects to localhost, public clients)
    id: 'slack',
    title: 'Slack',
    hosts: ['slack.com'],
    consoleUrl: 'https://api.slack.com/apps',
    steps: [
      'Create an app “From scratch” in your workspace. Slack lets only apps of the workspace itself and of its directory use MCP.',
      'Under “Agents & AI Apps”, switch “Model Context Protocol” on.',
      USE_LOCALHOST,
      'Under “OAuth & Permissions”, opt in to PKCE and add the redirect URI below.',
      'There, add user token scopes for what the tools are to do, such as search:read.public, channels:history, users:read and chat:write.',
      'Enter the client ID of “Basic Information” here. An app with PKCE needs no secret. The workspace may have to approve the app.',
    ],
    needsSecret: false,
    scopes: null,
    redirectHint:
      'Slack wants https, but for http://localhost in an app that has opted in to PKCE, which cannot be taken back. It refuses http://127.0.0.1, and the port has to be this one.',
  },
  {
    // https://docs.cloud.google.com/mcp/set-up-authentication-mcp-servers (neither registration nor metadata documents)
    // https://developers.google.com/identity/protocols/oauth2/native-app (desktop apps: any loopback port; a secret that is none)
    id: 'google',
    title: 'Google',
    hosts: ['googleapis.com', 'accounts.google.com'],
    consoleUrl: 'https://console.cloud.google.com/auth/clients',
    steps: [
      'Choose the project, and enable the API whose server you want to use.',
      'If Google asks for it, fill in the consent screen. While it is in testing, add yourself as a test user; sign-ins then end after seven days.',
      'Create a client of the type “Desktop app”, not “Web application”.',
      'Enter its client ID and its client secret here: Google wants both.',
    ],
    needsSecret: true,
    scopes: null,
    redirectHint: 'A desktop app has no redirect URI to enter: Google takes http://127.0.0.1 with any port.',
  },
  {
    // https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
    // https://learn.microsoft.com/entra/identity-platform/scenario-desktop-app-registration
    id: 'entra',
    title: 'Microsoft Entra',
    hosts: ['login.microsoftonline.com', 'microsoftonline.us', 'partner.microsoftonline.cn'],
    consoleUrl: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
    steps: [
      USE_LOCALHOST,
      'Create an app registration. Whoever is to sign in decides the supported account types.',
      'Under “Authentication”, add the platform “Mobile and desktop applications”, with the redirect URI below as custom redirect URI.',
      'There, set “Allow public client flows” to yes. Make no secret.',
      'Under “API permissions”, add those of the server. An administrator may have to consent to them.',
      'Enter the application (client) ID here, and leave the secret empty.',
    ],
    needsSecret: false,
    scopes: null,
    redirectHint:
      'Entra ignores the port of http://localhost. It takes http://127.0.0.1 too, but only where it is written into the manifest of the app by hand.',
  },
  {
    // https://developers.hubspot.com/docs/apps/developer-platform/build-apps/integrate-with-hubspot-mcp-server
    // https://developers.hubspot.com/changelog/2018-03-05-oauth2-redirect-uri-served-over-http-localhost
    id: 'hubspot',
    title: 'HubSpot',
    hosts: ['hubspot.com'],
    consoleUrl: 'https://app.hubspot.com/l/mcp-auth-apps/',
    steps: [
      USE_LOCALHOST,
      'In HubSpot, open Development → MCP Auth Apps, and choose “Create MCP auth app”.',
      'Enter a name, and the redirect URI below as redirect URL.',
      'Enter the client ID and the client secret of its page here. It has no scopes to choose: HubSpot takes them from its tools and your rights.',
    ],
    needsSecret: true,
    scopes: null,
    redirectHint: 'HubSpot takes http only for localhost, and the port has to be this one.',
  },
]

const hostOf = (text: string) => URL.parse(text)?.hostname ?? ''

/** The recipe for the first of the addresses that a provider has; null: none of them is known. */
export const recipeFor = (urls: readonly string[]): OAuthRecipe | null =>
  urls
    .map(hostOf)
    .map((host) => RECIPES.find(({ hosts }) => hosts.some((known) => host === known || host.endsWith(`.${known}`))))
    .find((recipe) => recipe !== undefined) ?? null
