package nl.sluis.gateway.rpc;

/** What calls of all kinds use: limits, the registry of live streams, and where failures and counts go. */
record CallServices(PartnerLimits limits, LiveStreams streams, FailureLog failures, PartnerMetrics metrics) {}
