export const welcome = {
  welcome: {
    title: 'Your first call, in two minutes',
    skip: 'Skip',
    progress: 'Steps',
    steps: { tools: 'Tools', client: 'Client', watch: 'First call' },
    stepDone: 'done',
    open: 'Take me through it',
    tools: {
      title: 'Which tools should your clients have?',
      text: 'Servers offer tools: files, a browser, a database, a web service. Start with one; you can add more at any time.',
      bring: 'Bring over what you have',
      builtinTitle: 'Not sure yet?',
      builtinText: 'The built-in server can tell the time. That is enough for a first call.',
      builtin: 'Just try the built-in server',
      yours: 'Your servers',
      more: 'Add another',
      next: 'Continue',
    },
    client: {
      title: 'Which program should use them?',
      text: 'It gets one address for all of your servers, and a token of its own.',
    },
    watch: {
      title: 'Paste it, then say hello',
      text: 'Two things to do in {{client}}. This page sees what happens.',
      back: 'Choose another client',
    },
    done: {
      title: 'It works',
      text: '{{client}} called {{tool}} through the gateway. Every client that you connect from now on has the same tools.',
      facts: '{{name}} sees {{tools}} tools over MCP {{revision}}.',
      another: 'Connect another client',
      add: 'Add a server',
      overview: 'Go to the overview',
    },
  },
}
