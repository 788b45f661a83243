package dev.lateen.injector;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Whether something that is called a pod is one, as far as injection looks at it. Pure. */
final class PodShape {
    private PodShape() {}

    /** @throws IllegalArgumentException if it is none: which field, what was found, what is accepted */
    static void check(JsonNode pod) {
        JsonNode metadata = pod.path("metadata");
        object("metadata", metadata);
        for (String name : List.of("labels", "annotations")) {
            JsonNode marks = metadata.path(name);
            object("metadata." + name, marks);
            marks.properties().forEach(mark -> text("metadata." + name + "." + mark.getKey(), mark.getValue()));
        }
        list("metadata.ownerReferences", metadata.path("ownerReferences"));
        JsonNode spec = pod.path("spec");
        object("spec", spec);
        for (String name : List.of("containers", "initContainers", "volumes", "imagePullSecrets")) {
            list("spec." + name, spec.path(name));
        }
        if (spec.path("containers").isEmpty()) {
            throw new IllegalArgumentException("spec.containers: none (expected: at least one)");
        }
        for (String name : List.of("containers", "initContainers")) {
            spec.path(name).forEach(container -> container(("spec." + name), container));
        }
    }

    private static void container(String path, JsonNode container) {
        String named = path + "[" + container.path("name").asString("") + "].";
        text(path + ".name", container.path("name"));
        if (container.path("name").asString("").isEmpty()) {
            throw new IllegalArgumentException(path + ": one without a name (expected: each with a name)");
        }
        for (String name : List.of("ports", "env", "volumeMounts")) {
            list(named + name, container.path(name));
        }
        for (String name : List.of("resources", "lifecycle", "readinessProbe", "livenessProbe", "startupProbe")) {
            object(named + name, container.path(name));
        }
    }

    private static void object(String path, JsonNode node) {
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            throw wrong(path, node, "an object");
        }
    }

    private static void text(String path, JsonNode node) {
        if (!node.isMissingNode() && !node.isNull() && !node.isString()) {
            throw wrong(path, node, "a text");
        }
    }

    private static void list(String path, JsonNode node) {
        if (!node.isMissingNode() && !node.isNull() && !node.isArray()) {
            throw wrong(path, node, "a list");
        }
        node.forEach(item -> {
            if (!item.isObject()) {
                throw wrong(path, item, "objects");
            }
        });
    }

    private static IllegalArgumentException wrong(String path, JsonNode node, String expected) {
        return new IllegalArgumentException(path + ": "
                + (node.isContainer() ? node.getNodeType().toString() : node.asString("null")) + " (expected: "
                + expected
                + ")");
    }
}
