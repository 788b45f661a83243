/**
 * The proxy's own client for the clusters of its configuration: mirrors and spans go by it, and whatever else the proxy asks others (authorization, rate limits, keys, logs).
 *
 * <p>{@link dev.lateen.proxy.http.call.ClusterCalls} is what a caller sees: HTTP, gRPC unary and streaming. On an event loop it comes from that loop's
 * {@link dev.lateen.proxy.http.call.CallLoop}, for an exchange by the configuration that the exchange was matched by; from any other thread by
 * {@link dev.lateen.proxy.http.call.CallLoops}. Outcomes are values: {@link dev.lateen.proxy.http.call.CallOutcome}, {@link dev.lateen.proxy.http.call.CallFailure}.
 */
@NullMarked
package dev.lateen.proxy.http.call;

import org.jspecify.annotations.NullMarked;
