package dev.lateen.istiod.model;

import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.api.yaml.StartSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a proxy's start-up settings istiod follows, because what it sends depends on it: the mesh config's {@code defaultConfig} as it is now, field by field the pod's annotation
 * before it. Pure.
 *
 * @param tracing null if nobody says anything
 * @param headers null if nobody says anything
 * @param topology null if nobody says anything
 */
public record FollowedSettings(
        ProxySettings.@Nullable Tracing tracing,
        ProxySettings.@Nullable ProxyHeaders headers,
        ProxySettings.@Nullable Topology topology) {

    static FollowedSettings of(ProxySettings settings) {
        return new FollowedSettings(
                settings.reporting().tracing(),
                settings.traffic().proxyHeaders(),
                settings.traffic().gatewayTopology());
    }

    /** These with an annotation over them; the same if it can't be read, which is told to whoever starts the pod. */
    FollowedSettings with(String annotation) {
        return new ResourceReader()
                .readProxySettings(StartSettings.ANNOTATION, annotation)
                .settings()
                .map(FollowedSettings::of)
                .map(own -> new FollowedSettings(
                        own.tracing == null ? tracing : own.tracing,
                        own.headers == null ? headers : own.headers,
                        own.topology == null ? topology : own.topology))
                .orElse(this);
    }

    /** The annotation of a node's pod; empty without one. */
    static String annotation(ProxyNode node) {
        return node.metadata().get(NodeMetadata.ANNOTATIONS) instanceof Map<?, ?> annotations
                        && annotations.get(StartSettings.ANNOTATION) instanceof String text
                ? text
                : "";
    }
}
