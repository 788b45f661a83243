package dev.lateen.injector.overlay;

import static dev.lateen.injector.overlay.Fragment.typed;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.Quantities;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Requests and limits of an injected container: exactly what the pod's annotations ask for, for one of them switches all others off, or else the values'. */
final class Resources {
    private static final String PREFIX = "sidecar.istio.io/proxy";

    private Resources() {}

    static @Nullable ResourceRequirements of(PodFacts facts) {
        Map<String, Quantity> requests = new LinkedHashMap<>();
        Map<String, Quantity> limits = new LinkedHashMap<>();
        put(requests, "cpu", facts, PREFIX + "CPU");
        put(requests, "memory", facts, PREFIX + "Memory");
        put(limits, "cpu", facts, PREFIX + "CPULimit");
        put(limits, "memory", facts, PREFIX + "MemoryLimit");
        if (!requests.isEmpty() || !limits.isEmpty()) {
            return new ResourceRequirementsBuilder()
                    .withRequests(requests)
                    .withLimits(limits)
                    .build();
        }
        JsonNode all = facts.settings().proxy().resources();
        if (all == null) {
            return null;
        }
        ObjectNode container = JsonNodeFactory.instance.objectNode();
        container.set("resources", all.deepCopy());
        Quantities.canonicalize(container);
        return typed("values.global.proxy.resources", container.path("resources"), ResourceRequirements.class);
    }

    private static void put(Map<String, Quantity> amounts, String name, PodFacts facts, String annotation) {
        String value = facts.annotations().get(annotation);
        if (value != null) {
            String canonical = Quantities.canonical(value);
            amounts.put(name, new Quantity(canonical == null ? value : canonical));
        }
    }
}
