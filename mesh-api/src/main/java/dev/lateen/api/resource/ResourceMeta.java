package dev.lateen.api.resource;

import java.time.Instant;
import java.util.Map;

/**
 * What Kubernetes knows of every resource.
 *
 * @param apiVersion group and version, such as {@code networking.istio.io/v1}
 * @param kind the kind, such as {@code VirtualService}
 * @param namespace never empty: the reader puts in its default namespace
 * @param name the name
 * @param labels the labels; empty if there are none
 * @param annotations the annotations; empty if there are none
 * @param created {@code metadata.creationTimestamp}, or the epoch if it is unknown (from a file)
 * @param origin where it was read
 */
public record ResourceMeta(
        String apiVersion,
        String kind,
        String namespace,
        String name,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant created,
        Origin origin) {
    /** The namespace of what names none. */
    public static final String DEFAULT_NAMESPACE = "default";

    /** The API group; empty for Kubernetes' core group. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    /** The version without its group. */
    public String version() {
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    /** What tells it from all others. */
    public ResourceKey key() {
        return new ResourceKey(group(), kind, namespace, name);
    }
}
