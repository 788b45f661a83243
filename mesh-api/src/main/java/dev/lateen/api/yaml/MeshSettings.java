package dev.lateen.api.yaml;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Where the settings of a mesh are in a document. */
final class MeshSettings {
    /** Settings that say nothing. */
    static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

    private MeshSettings() {}

    /** The text in Istio's ConfigMap; empty if the document is none. */
    static Optional<String> inConfigMap(JsonNode root) {
        boolean configMap = root.path("kind").asString("").equals("ConfigMap");
        JsonNode mesh = root.path("data").path("mesh");
        return configMap && mesh.isString() ? Optional.of(mesh.stringValue()) : Optional.empty();
    }
}
