package dev.lateen.proxy.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Our part of a trace.
 *
 * @param id of this span, 16 hex digits
 * @param shared whether the id is the caller's own (B3's shared span)
 */
record Span(String traceId, String id, @Nullable String parentId, boolean shared, boolean sampled, boolean debug) {}
