package dev.lateen.api.yaml;

import dev.lateen.api.Shared;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The schemas of CRDs, by {@code group/version/kind}. */
final class CrdSchemas {
    private final Map<String, JsonNode> schemas = new LinkedHashMap<>();

    /** Of a text with CRDs. */
    CrdSchemas(String text) throws YamlSyntaxException {
        YamlTree tree = new YamlTree(text, Limits.DEFAULT);
        for (Optional<YamlDocument> next = tree.next(); next.isPresent(); next = tree.next()) {
            JsonNode spec = next.get().root().path("spec");
            for (JsonNode version : spec.path("versions")) {
                String name = spec.path("group").stringValue() + "/"
                        + version.path("name").stringValue() + "/"
                        + spec.path("names").path("kind").stringValue();
                schemas.put(name, version.path("schema").path("openAPIV3Schema"));
            }
        }
    }

    /** Istio's own. */
    static CrdSchemas istios() throws YamlSyntaxException {
        return new CrdSchemas(Shared.text(Shared.istio("crds/istio-1.31.yaml")));
    }

    /** All schemas. */
    Map<String, JsonNode> all() {
        return schemas;
    }
}
