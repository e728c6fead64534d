// How often a client said that it no longer waits for an answer, or broke off the stream that it was to come on.
export const cancellations = { count: 0 }
