/** Raised when an old client and a new server, or the other way round, could no longer understand each other. */
export const protocolVersion = 1;

/** The header in which both sides say which one they speak. */
export const protocolHeader = 'daybook-protocol';
