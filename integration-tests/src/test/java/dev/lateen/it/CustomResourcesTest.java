package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.crd.CustomResourceDefinitions;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.ResourceReader;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The CustomResourceDefinitions that we make, in a real API server. */
class CustomResourcesTest {
    private static final String RESOURCES = "apiextensions.k8s.io/v1";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final YAMLMapper YAML = YAMLMapper.builder().build();
    private static final Set<String> OURS = CustomResourceDefinitions.all().stream()
            .map(definition -> definition.path("spec").path("group").asString())
            .collect(Collectors.toSet());
    private static final int CHANGES_OF_AN_OBJECT = 12;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static KubernetesClient client;

    @BeforeAll
    static void applyOurs() throws Exception {
        KubeCluster cluster = KubeCluster.shared();
        client = cluster.client();
        cluster.apply(CustomResourceDefinitions.yaml());
        Awaitility.await("our definitions are served")
                .atMost(Patience.OF_A_START)
                .until(() -> CustomResourceDefinitions.all().stream()
                        .allMatch(ours -> holds(stored(CustomResourceDefinitions.name(ours)), "Established")));
    }

    private static JsonNode stored(String name) {
        return JSON.readTree(client.raw("/apis/" + RESOURCES + "/customresourcedefinitions/" + name));
    }

    private static boolean holds(JsonNode definition, String type) {
        for (JsonNode condition : definition.path("status").path("conditions")) {
            if (condition.path("type").asString("").equals(type)) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    @Test
    void anApiServerKeepsEveryWordOfThem() {
        for (ObjectNode ours : CustomResourceDefinitions.all()) {
            String name = CustomResourceDefinitions.name(ours);
            JsonNode kept = stored(name);

            assertThat(holds(kept, "NamesAccepted")).as(name).isTrue();
            assertThat(holds(kept, "NonStructuralSchema")).as(name).isFalse();
            // Read again, so that numbers are of the same types.
            JsonNode spec = JSON.readTree(ours.path("spec").toString());
            assertThat(kept.path("spec").path("names")).as(name).isEqualTo(spec.path("names"));
            assertThat(kept.path("spec").path("versions"))
                    .as(name)
                    .containsExactlyInAnyOrderElementsOf(spec.path("versions"));
            assertThat(CustomResourceDefinitions.missingVersions(ours, kept))
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    void everyObjectOfIstiosFilesIsTaken() throws IOException {
        List<ObjectNode> objects = objects();
        Map<String, String> refused = new TreeMap<>();
        for (ObjectNode object : objects) {
            String refusal = refusal(object);
            if (refusal != null) {
                refused.put(object.toString(), refusal);
            }
        }
        assertThat(objects).hasSizeGreaterThan(80);
        assertThat(refused).isEmpty();
    }

    /** The reader refuses more, as Istio's webhook does; never less. */
    @Test
    void whatTheApiServerRefusesTheReaderRefusesToo() throws IOException {
        ResourceReader reader = new ResourceReader();
        List<String> lenient = new ArrayList<>();
        int refused = 0;
        for (ObjectNode object : objects()) {
            for (ObjectNode changed : changed(object)) {
                String refusal = refusal(changed);
                refused += refusal == null ? 0 : 1;
                if (refusal != null
                        && reader.read(new Origin.InFile("changed", 1, 0), changed)
                                .accepted()) {
                    lenient.add(changed + ": " + refusal);
                }
            }
        }
        assertThat(lenient).isEmpty();
        assertThat(refused).isGreaterThan(300);
    }

    private static @Nullable String refusal(ObjectNode object) {
        GenericKubernetesResource resource = client.getKubernetesSerialization()
                .unmarshal(JSON.writeValueAsString(object), GenericKubernetesResource.class);
        try {
            client.resource(resource)
                    .inNamespace("default")
                    .dryRun()
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .create();
            return null;
        } catch (KubernetesClientException e) {
            if (e.getCode() < 400 || e.getCode() >= 500) {
                throw e;
            }
            return e.getMessage();
        }
    }

    private static List<ObjectNode> objects() throws IOException {
        List<ObjectNode> objects = new ArrayList<>();
        for (String folder : List.of("istio/valid", "istio/samples")) {
            try (Stream<Path> files = Files.walk(Project.shared(folder))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".yaml"))
                        .sorted()
                        .toList()) {
                    String text = Files.readString(file);
                    if (text.contains(".istio.io/v") && !text.contains("{{")) {
                        objects.addAll(istios(text));
                    }
                }
            }
        }
        return objects;
    }

    private static List<ObjectNode> istios(String text) {
        List<ObjectNode> found = new ArrayList<>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
            while (documents.hasNext()) {
                if (documents.next() instanceof ObjectNode object
                        && OURS.contains(object.path("apiVersion").asString("").replaceAll("/.*", ""))) {
                    ((ObjectNode) object.path("metadata")).remove("namespace");
                    found.add(object);
                }
            }
        }
        return found;
    }

    /** The object with one thing changed, here and there: of another type, empty, too large, or gone. */
    private static List<ObjectNode> changed(ObjectNode object) {
        List<String> places = new ArrayList<>();
        collect(object.path("spec"), "/spec", places);
        List<ObjectNode> all = new ArrayList<>();
        int step = Math.max(1, places.size() / CHANGES_OF_AN_OBJECT);
        for (int i = 0; i < places.size(); i += step) {
            for (JsonNode other : List.of(
                    JSON.getNodeFactory().numberNode(-7),
                    JSON.getNodeFactory().stringNode("*"),
                    JSON.createObjectNode().put("foreign", true))) {
                ObjectNode changed = object.deepCopy();
                put(changed, places.get(i), other);
                all.add(changed);
            }
        }
        return all;
    }

    private static void collect(JsonNode node, String at, List<String> places) {
        if (node.isObject()) {
            node.propertyNames().forEach(name -> {
                String below = at + "/" + name.replace("~", "~0").replace("/", "~1");
                places.add(below);
                collect(node.path(name), below, places);
            });
        } else {
            for (int i = 0; i < node.size(); i++) {
                places.add(at + "/" + i);
                collect(node.path(i), at + "/" + i, places);
            }
        }
    }

    private static void put(ObjectNode object, String at, JsonNode value) {
        int slash = at.lastIndexOf('/');
        JsonNode parent = object.at(at.substring(0, slash));
        String name = at.substring(slash + 1).replace("~1", "/").replace("~0", "~");
        if (parent instanceof ObjectNode map) {
            map.set(name, value);
        } else {
            ((ArrayNode) parent).set(Integer.parseInt(name), value);
        }
    }
}
