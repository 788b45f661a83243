package dev.lateen.injector.settings;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The mesh config that an installation with given Helm values has, for injection without a cluster. Pure. */
public final class MeshOfValues {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private MeshOfValues() {}

    /**
     * Mesh config as text.
     *
     * @param values of the installation; its {@code meshConfig} goes before what other values mean for the mesh
     * @param over a mesh config that goes before all; an empty object for none
     */
    public static String text(HelmValues values, JsonNode over) {
        ObjectNode mesh = JsonNodeFactory.instance.objectNode();
        ObjectNode start = mesh.putObject("defaultConfig");
        String revision = values.text("revision");
        if (!revision.isEmpty()) {
            start.put(
                    "discoveryAddress",
                    "istiod-" + revision + "." + values.text("global.istioNamespace") + ".svc:15012");
        }
        if (!values.text("global.meshID").isEmpty()) {
            start.put("meshId", values.text("global.meshID"));
        }
        if (!values.text("global.variant").isEmpty()) {
            start.putObject("image").put("imageType", values.text("global.variant"));
        }
        return JSON.writeValueAsString(over(over(mesh, values.tree().path("meshConfig")), over));
    }

    private static JsonNode over(JsonNode under, JsonNode over) {
        if (!over.isObject() || !under.isObject()) {
            return over.isMissingNode() ? under : over;
        }
        ObjectNode both = (ObjectNode) under.deepCopy();
        for (Map.Entry<String, JsonNode> field : over.properties()) {
            both.set(field.getKey(), over(both.path(field.getKey()), field.getValue()));
        }
        return both;
    }
}
