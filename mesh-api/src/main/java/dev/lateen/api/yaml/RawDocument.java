package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource of a group that is not Istio's, for others to read.
 *
 * @param origin where it was read
 * @param apiVersion group and version
 * @param kind the kind
 * @param node all of it; anchors may make parts of it the same object, so don't change it
 */
public record RawDocument(Origin origin, String apiVersion, String kind, ObjectNode node) {
    /** The name; empty if there is none. */
    public String name() {
        return node.path("metadata").path("name").asString("");
    }

    /** The namespace; {@link ResourceMeta#DEFAULT_NAMESPACE} if none is given, also for kinds that live in none. */
    public String namespace() {
        String given = node.path("metadata").path("namespace").asString("");
        return given.isEmpty() ? ResourceMeta.DEFAULT_NAMESPACE : given;
    }

    /** What tells it from all others; one without a name is called {@code ?}. */
    public ResourceKey key() {
        return new ResourceKey(group(), kind, namespace(), name().isEmpty() ? "?" : name());
    }

    /** How messages name it, such as {@code Service default/reviews}. */
    public String title() {
        return key().toString();
    }

    /** Whether it is of a kind of this group and version, such as {@code v1} and {@code Service}. */
    public boolean is(String apiVersion, String kind) {
        return this.apiVersion.equals(apiVersion) && this.kind.equals(kind);
    }

    /** The API group; empty for Kubernetes' core group. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
