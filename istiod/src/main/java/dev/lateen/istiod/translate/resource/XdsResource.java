package dev.lateen.istiod.translate.resource;

import com.google.protobuf.Any;

/**
 * One xDS resource, serialised once and sent to every proxy that may see it. Immutable.
 *
 * @param name its name within its type, such as {@code outbound|9080||reviews.default.svc.cluster.local}
 * @param version changes exactly when the content does; equal contents have equal versions, whatever snapshot they came from and
 *     whichever istiod made them, so that a proxy that reconnects with its versions gets only the difference
 * @param body the resource with its type URL
 */
public record XdsResource(String name, String version, Any body) {}
