package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;
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

    /** The namespace; empty if none was given. */
    public String namespace() {
        return node.path("metadata").path("namespace").asString("");
    }

    /** The API group; empty for Kubernetes' core group. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
