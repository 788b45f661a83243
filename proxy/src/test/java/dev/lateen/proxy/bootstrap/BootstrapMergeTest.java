package dev.lateen.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Envoy's {@code --config-yaml} over {@code --config-path}: protobuf's merge. */
class BootstrapMergeTest {
    @Test
    void messagesAreMergedListsAppendedAndScalarsReplaced() {
        Map<String, Object> merged = BootstrapMerge.merged(
                Map.of(
                        "node", Map.of("id", "a", "cluster", "c"),
                        "static_resources", Map.of("clusters", List.of(Map.of("name", "one")))),
                Map.of(
                        "node", Map.of("id", "b"),
                        "staticResources", Map.of("clusters", List.of(Map.of("name", "two")))));
        assertThat(merged)
                .isEqualTo(Map.of(
                        "node",
                        Map.of("id", "b", "cluster", "c"),
                        "static_resources",
                        Map.of("clusters", List.of(Map.of("name", "one"), Map.of("name", "two")))));
    }

    @Test
    void metadataIsReplacedKeyByKeyAndAnAnyAsAWhole() {
        Map<String, Object> merged = BootstrapMerge.merged(
                Map.of(
                        "node", Map.of("metadata", Map.of("LABELS", Map.of("app", "a"), "NAMESPACE", "n")),
                        "any", Map.of("@type", "t/x", "value", 1, "more", 2)),
                Map.of(
                        "node", Map.of("metadata", Map.of("LABELS", Map.of("version", "v1"))),
                        "any", Map.of("@type", "t/y", "value", 3)));
        assertThat(merged)
                .isEqualTo(Map.of(
                        "node",
                        Map.of("metadata", Map.of("LABELS", Map.of("version", "v1"), "NAMESPACE", "n")),
                        "any",
                        Map.of("@type", "t/y", "value", 3)));
    }
}
