export const activity = {
  callStatus: { pending: 'Running', success: 'Success', error: 'Failed', timeout: 'Timed out', cancelled: 'Cancelled' },
  calls: {
    title: 'Recent calls',
    description: 'Live, newest first. Arguments and results are not recorded.',
    empty: 'No calls yet. They appear here the moment a client uses a tool.',
    emptyServer: 'No calls to this server yet.',
    status: 'Status',
    tool: 'Tool',
    client: 'Client',
    duration: 'Time',
    when: 'When',
    gone: 'Deleted server',
    as: 'as {{account}}',
    noClient: 'Unknown client',
    more: 'Show all {{count}}',
    less: 'Show fewer',
  },
}
