package dev.lateen.api.yaml;

import dev.lateen.api.Shared;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The schemas of Istio's CRDs, by {@code group/version/kind}. */
final class CrdSchemas {
    private final Map<String, JsonNode> schemas = new LinkedHashMap<>();

    CrdSchemas() throws YamlSyntaxException {
        YamlTree tree = new YamlTree(Shared.text(Shared.istio("crds/istio-1.31.yaml")), Limits.DEFAULT);
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

    /** All schemas. */
    Map<String, JsonNode> all() {
        return schemas;
    }
}
