package dev.lateen.it.language;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.ResourceReader;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The objects into which fields are set ({@code bases.yaml}), and the mesh around them ({@code fixture.yaml}). */
final class Bases {
    private final Map<String, JsonNode> bases = new HashMap<>();

    Bases() {
        // The reader takes what has the form of a Kubernetes object.
        String text = Table.text("bases.yaml").replaceAll("(?m)^for:", "apiVersion: test/v1\nkind: Base\nfor:");
        for (RawDocument document :
                new ResourceReader().read("bases.yaml", text).documents()) {
            bases.put(document.node().path("for").stringValue(), document.node());
        }
    }

    /** The object for a field of a kind. */
    ObjectNode of(String kind, String pattern) {
        JsonNode base = base(kind + "." + pattern);
        if (kind.equals("MeshConfig")) {
            return (ObjectNode) base.path("config");
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", version(kind)).put("kind", kind);
        object.putObject("metadata")
                .put("name", base.path("name").asString("case"))
                .put("namespace", base.path("namespace").asString("default"));
        object.set("spec", base.path("spec").deepCopy());
        return object;
    }

    /** The objects that stand beside a field of the mesh's configuration. */
    String more(String field) {
        return base(field).path("more").asString("");
    }

    private JsonNode base(String field) {
        return bases.keySet().stream()
                .filter(field::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(bases::get)
                .orElseThrow(() -> new IllegalStateException("no base for " + field));
    }

    private static String version(String kind) {
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind api = IstioKinds.of(type);
            if (api.kind().equals(kind)) {
                return api.group() + "/" + List.of(api.versions()).getFirst();
            }
        }
        throw new IllegalStateException("no kind " + kind);
    }
}
