package dev.lateen.api.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Shapes;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CrdComparisonTest {
    private final Shapes shapes = new Shapes();

    @Test
    void everyFieldOfIstiosCrdsIsKnownWithItsTypeAndBounds() throws YamlSyntaxException {
        CrdComparison comparison = new CrdComparison();
        Map<String, JsonNode> theirs = new TreeMap<>(new CrdSchemas().all());
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            for (String version : kind.versions()) {
                String name = kind.group() + "/" + version + "/" + kind.kind();
                JsonNode schema = theirs.remove(name);
                assertThat(schema).as(name).isNotNull();
                comparison.compare(
                        name,
                        shapes.of(type.asSubclass(Record.class)),
                        schema.path("properties").path("spec"));
                assertThat(kind.specRequired())
                        .as(name)
                        .isEqualTo(schema.path("required").toString().contains("spec"));
            }
        }
        assertThat(theirs).as("kinds and versions that are not read").isEmpty();
        assertThat(comparison.differences()).isEmpty();
    }
}
