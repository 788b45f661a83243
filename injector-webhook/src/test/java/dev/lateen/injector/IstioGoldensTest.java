package dev.lateen.injector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Workloads in, and what Istio makes of them out: everything is compared but images, and what means nothing. */
class IstioGoldensTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "hello-probes",
                "multi-container",
                "traffic-annotations-wildcards",
                "resource_annotations",
                "statefulset",
                "daemonset",
                "replicaset",
                "job",
                "cronjob",
                "hello-ignore",
                "hello-host-network"
            })
    void workloadsGetWhatIstioGivesThem(String name) throws IOException {
        Path folder = Path.of(System.getProperty("lateen.shared"), "istio", "inject");
        Assumptions.assumeTrue(Files.isDirectory(folder), "shared data is not beside the checkout");
        List<JsonNode> ours = Documents.read(name, Files.readString(folder.resolve(name + ".yaml")));
        List<JsonNode> theirs = Documents.read(name, Files.readString(folder.resolve(name + ".yaml.injected")));
        Injection injection = Pods.injection("{}", "{}");
        for (JsonNode document : ours) {
            injection.apply((ObjectNode) document, "default", NamespaceMarks.UNKNOWN);
        }
        assertThat(ours.stream().map(IstioGoldensTest::comparable).toList())
                .isEqualTo(theirs.stream().map(IstioGoldensTest::comparable).toList());
    }

    /** Without images, without what the API server fills in, and without what is empty, which Go writes out. */
    private static JsonNode comparable(JsonNode node) {
        if (node.isArray()) {
            ArrayNode items = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> items.add(comparable(item)));
            return items;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = comparable(field.getValue());
            boolean nothing = value.isNull() || value.isContainer() && value.isEmpty();
            if (!nothing && !List.of("image", "creationTimestamp", "status").contains(field.getKey())) {
                fields.set(field.getKey(), value);
            }
        }
        return fields;
    }
}
