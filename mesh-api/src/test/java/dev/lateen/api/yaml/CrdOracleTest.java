package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Shared;
import dev.lateen.api.crd.CustomResourceDefinitions;
import dev.lateen.api.resource.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CrdOracleTest {
    private static final int OBJECTS_OF_A_KIND = 3;

    /** Protobuf can't tell an empty list from none, so Istio can't either once the API server has let it pass. */
    private static final List<String> AN_EMPTY_LIST_IS_NO_LIST = List.of(
            "AuthorizationPolicy spec.rules[0].from[0].source: set notServiceAccounts to []",
            "AuthorizationPolicy spec.rules[0].from[0].source: set serviceAccounts to []",
            "ServiceEntry spec: set endpoints to []");

    private final ResourceReader reader = new ResourceReader();
    private final BeyondTheSchema beyond = new BeyondTheSchema();
    private final Map<String, String> tooLenient = new TreeMap<>();
    private final Map<String, String> tooStrict = new TreeMap<>();
    private Oracle oracle;

    @BeforeEach
    void askIstiosCrds() throws YamlSyntaxException {
        oracle = new Oracle(CrdSchemas.istios());
    }

    @Test
    void whatIstiosFilesHoldIsAcceptedByBoth() throws YamlSyntaxException {
        for (JsonNode object : objects()) {
            assertThat(oracle.refusal(object)).as(object.toString()).isEmpty();
        }
    }

    @Test
    void whatIstiosFilesHoldIsAcceptedByOurOwnDefinitions() throws YamlSyntaxException {
        Oracle ours = new Oracle(new CrdSchemas(CustomResourceDefinitions.yaml()));
        List<JsonNode> all = accepted("valid", "samples");

        assertThat(all)
                .hasSizeGreaterThan(80)
                .allSatisfy(object ->
                        assertThat(ours.refusal(object)).as(object.toString()).isEmpty());
    }

    @Test
    void aChangedObjectIsAcceptedOrRefusedAsByAnApiServerWithIstiosCrds() throws YamlSyntaxException {
        int changes = 0;
        for (JsonNode object : objects()) {
            for (Mutations.Mutation mutation : Mutations.of(object, oracle.schema(object))) {
                compare(
                        object.path("kind").stringValue() + " " + mutation.path() + ": " + mutation.what(),
                        mutation.object());
                changes++;
            }
        }
        AN_EMPTY_LIST_IS_NO_LIST.forEach(
                name -> assertThat(tooLenient.remove(name)).as(name).isNotNull());
        assertThat(tooLenient).as("accepted, but refused by Istio's CRDs").isEmpty();
        assertThat(tooStrict).as("refused, but accepted by Istio's CRDs").isEmpty();
        assertThat(beyond.unused()).as("exceptions that nothing needs").isEmpty();
        assertThat(changes).isGreaterThan(10_000);
    }

    private void compare(String name, JsonNode object) {
        Optional<String> refusal = oracle.refusal(object);
        Reading reading = reader.read(new Origin.InFile("changed", 1, 0), object);
        if (refusal.isPresent() && reading.accepted()) {
            tooLenient.put(name, refusal.get());
        }
        if (refusal.isEmpty()) {
            reading.problems().stream()
                    .filter(problem -> problem.isError() && !beyond.explains(problem))
                    .forEach(problem -> tooStrict.put(name, problem.toString()));
        }
    }

    private List<JsonNode> objects() throws YamlSyntaxException {
        Map<String, List<JsonNode>> byKind = accepted("valid", "samples", "config", "xds", "authz").stream()
                .collect(Collectors.groupingBy(object -> object.path("kind").stringValue()));
        return byKind.values().stream()
                .flatMap(all -> all.stream()
                        .sorted(java.util.Comparator.comparingInt(
                                        (JsonNode o) -> o.toString().length())
                                .reversed())
                        .limit(OBJECTS_OF_A_KIND))
                .toList();
    }

    /** The objects of Istio's kinds in some folders that the reader takes without a word. */
    private List<JsonNode> accepted(String... folders) throws YamlSyntaxException {
        List<JsonNode> objects = new ArrayList<>();
        for (String folder : folders) {
            for (Path file : Shared.yamlBelow(folder)) {
                YamlTree tree = new YamlTree(Shared.text(file), Limits.DEFAULT);
                for (Optional<YamlDocument> next = tree.next(); next.isPresent(); next = tree.next()) {
                    JsonNode root = next.get().root();
                    // Fields that are gone from the CRDs are accepted with a warning, and not by the oracle.
                    Reading reading = reader.read(new Origin.InFile(file.toString(), 1, 0), root);
                    if (!reading.resources().isEmpty() && reading.problems().isEmpty()) {
                        objects.add(root);
                    }
                }
            }
        }
        return objects;
    }
}
