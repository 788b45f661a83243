package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.pod.ServiceAttributes;
import dev.lateen.injector.tree.ContainerTrees;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What tracers want to know of a pod. Pure. */
final class TracerVariables {
    private static final String DATADOG = "apm.datadoghq.com/env";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TracerVariables() {}

    /** Variables that the pod asks for its Datadog tracer. */
    static Map<String, String> datadog(PodFacts facts) {
        String asked = facts.annotations().get(DATADOG);
        if (asked == null || !facts.settings().proxy().tracer().equals("datadog")) {
            return Map.of();
        }
        try {
            Map<String, String> variables = new TreeMap<>();
            JSON.readTree(asked)
                    .properties()
                    .forEach(entry ->
                            variables.put(entry.getKey(), entry.getValue().asString("")));
            return variables;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "annotation " + DATADOG + ": " + asked + " (expected: a JSON object of texts)", e);
        }
    }

    /** OpenTelemetry's service attributes of the pod; empty unless the mesh wants them. */
    static String resourceAttributes(PodFacts facts) {
        return facts.mesh().otelSemanticConventions()
                ? new ServiceAttributes(
                                facts.annotations(),
                                facts.labels(),
                                facts.owner().namespace(),
                                facts.spec().path(ContainerTrees.CONTAINERS))
                        .text()
                : "";
    }
}
