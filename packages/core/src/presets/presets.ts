import { askMark, type Preset } from '@local-mcp/contract'
import { bearer, command, remote, SIGN_IN, same } from './preset-entry.ts'

/*
 * Well-known servers. Each entry names the page of its maker that its command or address was taken from. Packages are
 * pinned to their major version; those before 1.0 follow the tag that their makers recommend.
 */

const REFERENCE_SERVERS = 'https://github.com/modelcontextprotocol/servers/tree/main/src'

export const PRESETS: readonly Preset[] = [
  // https://github.com/upstash/context7#readme
  remote(
    {
      id: 'context7',
      title: 'Context7',
      purpose: 'Current documentation and code examples of libraries, by version.',
      homepage: 'https://context7.com',
      caveat: 'Works without a key, within tighter limits.',
      asks: [
        {
          name: 'CONTEXT7_API_KEY',
          text: 'API key, for higher limits',
          href: 'https://context7.com/dashboard',
          secret: true,
          optional: true,
        },
      ],
    },
    'https://mcp.context7.com/mcp',
    same('CONTEXT7_API_KEY'),
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/sequentialthinking
  command(
    {
      id: 'sequential-thinking',
      title: 'Sequential Thinking',
      purpose: 'Lets a model think through a problem in steps that it can revise.',
      homepage: `${REFERENCE_SERVERS}/sequentialthinking`,
    },
    ['npx', '-y', '@modelcontextprotocol/server-sequential-thinking@2026'],
  ),
  // https://github.com/github/github-mcp-server#readme
  remote(
    {
      id: 'github',
      title: 'GitHub',
      purpose: 'Repositories, issues, pull requests and workflows on GitHub.',
      homepage: 'https://github.com/github/github-mcp-server',
      caveat: 'It can do what the token can. Give the token no more than the tools need.',
      asks: [
        {
          name: 'GITHUB_TOKEN',
          text: 'Personal access token',
          href: 'https://github.com/settings/personal-access-tokens/new',
          secret: true,
        },
      ],
    },
    'https://api.githubcopilot.com/mcp/',
    bearer('GITHUB_TOKEN'),
  ),
  // https://github.com/microsoft/playwright-mcp#readme
  command(
    {
      id: 'playwright',
      title: 'Playwright',
      purpose: 'Drives a real browser: open pages, click, type, read what is there.',
      homepage: 'https://github.com/microsoft/playwright-mcp',
      caveat: 'The browser keeps its sign-ins from one use to the next.',
    },
    ['npx', '-y', '@playwright/mcp@latest'],
  ),
  // the README of @sentry/mcp-server
  command(
    {
      id: 'sentry',
      title: 'Sentry',
      purpose: 'Errors, issues and projects in Sentry.',
      homepage: 'https://docs.sentry.io/product/sentry-mcp/',
      caveat: 'Licensed under FSL-1.1-ALv2: free to use, but not in a product that competes with Sentry.',
      asks: [
        { name: 'SENTRY_ACCESS_TOKEN', text: 'User auth token', href: 'https://sentry.io/settings/account/api/auth-tokens/', secret: true },
      ],
    },
    ['npx', '-y', '@sentry/mcp-server@latest'],
    same('SENTRY_ACCESS_TOKEN'),
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/filesystem
  command(
    {
      id: 'filesystem',
      title: 'Filesystem',
      purpose: 'Reads, writes, moves and searches files in one folder.',
      homepage: `${REFERENCE_SERVERS}/filesystem`,
      caveat: 'It can change and overwrite everything in the folder.',
      asks: [{ name: 'folder', text: 'Folder that it may use, an absolute path' }],
    },
    ['npx', '-y', '@modelcontextprotocol/server-filesystem@2026', askMark('folder')],
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/memory
  command(
    {
      id: 'memory',
      title: 'Memory',
      purpose: 'Remembers people, things and how they relate, across conversations.',
      homepage: `${REFERENCE_SERVERS}/memory`,
      asks: [{ name: 'MEMORY_FILE_PATH', text: 'File that it keeps them in, an absolute path' }],
    },
    ['npx', '-y', '@modelcontextprotocol/server-memory@2026'],
    same('MEMORY_FILE_PATH'),
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/fetch
  command(
    {
      id: 'fetch',
      title: 'Fetch',
      purpose: 'Reads web pages as Markdown.',
      homepage: `${REFERENCE_SERVERS}/fetch`,
      caveat: 'It can reach addresses of this computer and of your local network. Needs uv.',
    },
    ['uvx', 'mcp-server-fetch'],
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/git
  command(
    {
      id: 'git',
      title: 'Git',
      purpose: 'Reads, searches and commits to a Git repository.',
      homepage: `${REFERENCE_SERVERS}/git`,
      caveat: 'Needs uv.',
      asks: [{ name: 'repository', text: 'Folder of the repository, an absolute path' }],
    },
    ['uvx', 'mcp-server-git', '--repository', askMark('repository')],
  ),
  // https://github.com/modelcontextprotocol/servers/tree/main/src/time
  command(
    {
      id: 'time',
      title: 'Time',
      purpose: 'Tells the time and converts it between time zones.',
      homepage: `${REFERENCE_SERVERS}/time`,
      caveat: 'Needs uv.',
    },
    ['uvx', 'mcp-server-time'],
  ),
  // https://github.com/makenotion/notion-mcp-server#readme
  command(
    {
      id: 'notion',
      title: 'Notion',
      purpose: 'Pages and databases that you connect to an integration in Notion.',
      homepage: 'https://github.com/makenotion/notion-mcp-server',
      asks: [
        {
          name: 'NOTION_TOKEN',
          text: 'Secret of an internal integration',
          href: 'https://www.notion.so/profile/integrations',
          secret: true,
        },
      ],
    },
    ['npx', '-y', '@notionhq/notion-mcp-server@2'],
    same('NOTION_TOKEN'),
  ),
  // https://linear.app/docs/mcp
  remote(
    {
      id: 'linear',
      title: 'Linear',
      purpose: 'Issues, projects and comments in Linear.',
      homepage: 'https://linear.app/docs/mcp',
      hints: SIGN_IN,
    },
    'https://mcp.linear.app/mcp',
  ),
  // https://developer.atlassian.com/cloud/rovo-mcp/guides/configuring-authentication-via-api-token/
  remote(
    {
      id: 'atlassian',
      title: 'Atlassian',
      purpose: 'Jira, Confluence and Compass in Atlassian Cloud.',
      homepage: 'https://github.com/atlassian/atlassian-mcp-server',
      caveat: 'An administrator of the organisation has to allow API tokens.',
      asks: [
        {
          name: 'ATLASSIAN_BASIC_AUTH',
          text: 'Base64 of email:api_token',
          href: 'https://developer.atlassian.com/cloud/rovo-mcp/guides/configuring-authentication-via-api-token/',
          secret: true,
        },
      ],
    },
    'https://mcp.atlassian.com/v1/mcp',
    { Authorization: `Basic ${askMark('ATLASSIAN_BASIC_AUTH')}` },
  ),
  // https://help.figma.com/hc/en-us/articles/32132100833559
  remote(
    {
      id: 'figma',
      title: 'Figma',
      purpose: 'Designs that are open in the Figma desktop app, as context for code.',
      homepage: 'https://help.figma.com/hc/en-us/articles/32132100833559',
      caveat: 'Switch the server on in the desktop app first. Needs a Dev or Full seat of a paid plan.',
    },
    'http://127.0.0.1:3845/mcp',
  ),
  // https://docs.stripe.com/mcp
  remote(
    {
      id: 'stripe',
      title: 'Stripe',
      purpose: 'Customers, payments and documentation of Stripe.',
      homepage: 'https://docs.stripe.com/mcp',
      caveat: 'It can move money as far as the key can. Use a restricted key, of a sandbox to begin with.',
      asks: [{ name: 'STRIPE_API_KEY', text: 'Restricted API key', href: 'https://dashboard.stripe.com/apikeys', secret: true }],
    },
    'https://mcp.stripe.com',
    bearer('STRIPE_API_KEY'),
  ),
  // https://github.com/cloudflare/mcp-server-cloudflare#readme
  remote(
    {
      id: 'cloudflare-docs',
      title: 'Cloudflare Docs',
      purpose: 'Searches the documentation of Cloudflare.',
      homepage: 'https://github.com/cloudflare/mcp-server-cloudflare',
    },
    'https://docs.mcp.cloudflare.com/mcp',
  ),
  // https://github.com/huggingface/hf-mcp-server#readme
  remote(
    {
      id: 'huggingface',
      title: 'Hugging Face',
      purpose: 'Models, data sets, papers and Spaces on the Hugging Face Hub.',
      homepage: 'https://github.com/huggingface/hf-mcp-server',
      asks: [{ name: 'HF_TOKEN', text: 'Access token', href: 'https://huggingface.co/settings/tokens', secret: true }],
    },
    'https://huggingface.co/mcp',
    bearer('HF_TOKEN'),
  ),
  // https://docs.devin.ai/work-with-devin/deepwiki-mcp
  remote(
    {
      id: 'deepwiki',
      title: 'DeepWiki',
      purpose: 'Answers questions about any public GitHub repository.',
      homepage: 'https://docs.devin.ai/work-with-devin/deepwiki-mcp',
    },
    'https://mcp.deepwiki.com/mcp',
  ),
  // https://github.com/brave/brave-search-mcp-server#readme
  command(
    {
      id: 'brave-search',
      title: 'Brave Search',
      purpose: 'Searches the web, news, images and places with Brave.',
      homepage: 'https://github.com/brave/brave-search-mcp-server',
      asks: [{ name: 'BRAVE_API_KEY', text: 'API key', href: 'https://api-dashboard.search.brave.com/app/keys', secret: true }],
    },
    ['npx', '-y', '@brave/brave-search-mcp-server@2'],
    same('BRAVE_API_KEY'),
  ),
  // https://github.com/firecrawl/firecrawl-mcp-server#readme
  command(
    {
      id: 'firecrawl',
      title: 'Firecrawl',
      purpose: 'Scrapes and crawls web sites into clean text.',
      homepage: 'https://github.com/firecrawl/firecrawl-mcp-server',
      asks: [{ name: 'FIRECRAWL_API_KEY', text: 'API key', href: 'https://www.firecrawl.dev/app/api-keys', secret: true }],
    },
    ['npx', '-y', 'firecrawl-mcp@3'],
    same('FIRECRAWL_API_KEY'),
  ),
  // https://github.com/bytebase/dbhub, docs/config/command-line.mdx
  command(
    {
      id: 'database',
      title: 'Database (DBHub)',
      purpose: 'Looks into PostgreSQL, MySQL, MariaDB, SQL Server and SQLite databases and queries them.',
      homepage: 'https://dbhub.ai',
      caveat: 'It runs what the user of the connection may run. Use one that may only read.',
      asks: [{ name: 'DSN', text: 'Connection string, such as postgres://user:password@localhost:5432/name', secret: true }],
    },
    ['npx', '-y', '@bytebase/dbhub@1', '--transport', 'stdio'],
    same('DSN'),
  ),
]
