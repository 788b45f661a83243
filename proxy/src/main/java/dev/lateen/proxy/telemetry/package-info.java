/** Metrics, access logs and tracing: observers of exchanges and sessions, and what collectors read of them. */
@NullMarked
package dev.lateen.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
