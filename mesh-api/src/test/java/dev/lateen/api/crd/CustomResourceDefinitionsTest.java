package dev.lateen.api.crd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Shared;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.ResourceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CustomResourceDefinitionsTest {
    private final ResourceReader reader = new ResourceReader();

    @Test
    void theDefinitionsEqualIstiosInEverythingButDescriptions() {
        Map<String, JsonNode> theirs = byName(Shared.text(Shared.istio("crds/istio-1.31.yaml")));
        Map<String, JsonNode> ours = byName(CustomResourceDefinitions.yaml());

        List<String> differences = new ArrayList<>();
        assertThat(ours.keySet()).isEqualTo(theirs.keySet()).hasSize(15);
        ours.forEach((name, definition) -> compare(name, definition, requireNonNull(theirs.get(name)), differences));

        assertThat(differences).isEmpty();
    }

    @Test
    void theTextHoldsWhatTheTreesHold() {
        Map<String, JsonNode> read = byName(CustomResourceDefinitions.yaml());

        assertThat(CustomResourceDefinitions.all())
                .allSatisfy(definition -> assertThat(read.get(CustomResourceDefinitions.name(definition)))
                        .hasToString(definition.toString()));
    }

    @Test
    void aDefinitionThatServesOurVersionsLacksNone() {
        ObjectNode ours = CustomResourceDefinitions.all().getLast();
        ObjectNode older = ours.deepCopy();
        ((ObjectNode) older.path("spec").path("versions").path(0)).put("served", false);

        assertThat(CustomResourceDefinitions.missingVersions(ours, ours.deepCopy()))
                .isEmpty();
        assertThat(CustomResourceDefinitions.missingVersions(ours, older)).containsExactly("v1");
    }

    private Map<String, JsonNode> byName(String text) {
        Map<String, JsonNode> definitions = new TreeMap<>();
        for (RawDocument document : reader.read("crds", text).documents()) {
            definitions.put(document.name(), document.node());
        }
        return definitions;
    }

    /** Lists what differs; descriptions count only where a field has that name. */
    private static void compare(String path, JsonNode ours, JsonNode theirs, List<String> differences) {
        if (ours.isObject() && theirs.isObject()) {
            boolean fields = path.endsWith("/properties");
            Set<String> names = new TreeSet<>(ours.propertyNames());
            names.addAll(theirs.propertyNames());
            names.removeIf(name -> !fields && name.equals("description"));
            names.forEach(name -> compare(path + "/" + name, ours.path(name), theirs.path(name), differences));
        } else if (ours.isArray() && theirs.isArray() && ours.size() == theirs.size()) {
            for (int i = 0; i < ours.size(); i++) {
                compare(path + "/" + i, ours.path(i), theirs.path(i), differences);
            }
        } else if (!ours.equals(theirs)) {
            differences.add(path + ": " + ours + " but " + theirs);
        }
    }
}
