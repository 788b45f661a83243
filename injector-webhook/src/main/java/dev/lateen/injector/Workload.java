package dev.lateen.injector;

import dev.lateen.injector.pod.Owner;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A pod, or the template of pods in a controller.
 *
 * @param pod with {@code metadata} and {@code spec}, which are the object's own
 * @param owner whose pods these are
 * @param metadataHome the object in which the metadata is
 * @param specHome the object in which the spec is
 */
record Workload(ObjectNode pod, Owner owner, ObjectNode metadataHome, ObjectNode specHome) {
    private static final Set<String> CONTROLLERS = Set.of(
            "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "DeploymentConfig");

    private static final Set<String> GROUPS = Set.of("", "apps", "batch", "apps.openshift.io");

    /**
     * What an object makes.
     *
     * @param fallbackNamespace where it will run when its metadata does not say
     * @return null when it makes no pods
     */
    static @Nullable Workload of(ObjectNode object, String fallbackNamespace) {
        String kind = object.path("kind").asString("");
        JsonNode metadata = object.path("metadata");
        String namespace = metadata.path("namespace").asString(fallbackNamespace);
        if (kind.equals("Pod")) {
            return object.path("spec").isObject() ? of(Owner.ofPod(metadata, namespace), object, object) : null;
        }
        String version = object.path("apiVersion").asString("");
        String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
        if (!GROUPS.contains(group)) {
            return null;
        }
        Owner owner = new Owner(version, kind, namespace, metadata.path("name").asString(""));
        JsonNode spec = object.path("spec");
        // Of a CronJob the marks go where Istio's tools put them: on the Jobs that it makes.
        JsonNode marks = kind.equals("CronJob") ? spec.path("jobTemplate") : spec.path("template");
        JsonNode home = kind.equals("CronJob") ? marks.path("spec").path("template") : marks;
        return (kind.equals("CronJob") || CONTROLLERS.contains(kind))
                        && marks instanceof ObjectNode metadataHome
                        && home instanceof ObjectNode specHome
                        && specHome.path("spec").isObject()
                ? of(owner, metadataHome, specHome)
                : null;
    }

    private static Workload of(Owner owner, ObjectNode metadataHome, ObjectNode specHome) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        JsonNode metadata = metadataHome.path("metadata");
        pod.set("metadata", metadata.isObject() ? metadata : JsonNodeFactory.instance.objectNode());
        pod.set("spec", specHome.path("spec"));
        return new Workload(pod, owner, metadataHome, specHome);
    }

    /** Puts an injected pod in the place of the one before. */
    void replace(ObjectNode injected) {
        metadataHome.set("metadata", injected.path("metadata"));
        specHome.set("spec", injected.path("spec"));
    }
}
