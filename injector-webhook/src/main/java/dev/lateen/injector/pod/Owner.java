package dev.lateen.injector.pod;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The workload that a pod belongs to; what is not known is empty.
 *
 * @param apiVersion such as {@code apps/v1}
 * @param kind such as {@code Deployment}
 * @param namespace where it is
 * @param name such as {@code hello}
 */
public record Owner(String apiVersion, String kind, String namespace, String name) {
    /** A Job that a CronJob made has the minute of its schedule behind its name. */
    private static final Pattern SCHEDULED = Pattern.compile("(.+)-[0-9]{8,10}");

    /** The owner in the form of {@code ISTIO_META_OWNER}. */
    public String reference() {
        return "kubernetes://apis/" + apiVersion + "/namespaces/" + (namespace.isEmpty() ? "default" : namespace) + "/"
                + kind.toLowerCase(Locale.ROOT) + "s/" + name;
    }

    /**
     * The owner of a pod: its controller, seen through to the one that a user wrote; a pod whose name was not generated is its own.
     *
     * @param metadata the pod's
     * @param namespace where it runs
     */
    public static Owner ofPod(JsonNode metadata, String namespace) {
        Owner itself = new Owner("v1", "Pod", namespace, metadata.path("name").asString(""));
        if (metadata.path("generateName").asString("").isEmpty()) {
            return itself;
        }
        for (JsonNode reference : metadata.path("ownerReferences")) {
            if (reference.path("controller").asBoolean(false)) {
                return controller(reference, metadata.path("labels"), namespace);
            }
        }
        return itself;
    }

    private static Owner controller(JsonNode reference, JsonNode labels, String namespace) {
        String name = reference.path("name").asString("");
        String kind = reference.path("kind").asString("");
        String version = reference.path("apiVersion").asString("");
        String hash = labels.path("pod-template-hash").asString("");
        String rollout = labels.path("rollouts-pod-template-hash").asString("");
        String config = labels.path("deploymentconfig").asString("");
        Matcher scheduled = SCHEDULED.matcher(name);
        if (kind.equals("ReplicaSet") && !hash.isEmpty() && name.endsWith("-" + hash)) {
            return new Owner(version, "Deployment", namespace, withoutEnd(name, hash));
        }
        if (kind.equals("ReplicaSet") && !rollout.isEmpty() && name.endsWith("-" + rollout)) {
            return new Owner("v1alpha1", "Rollout", namespace, withoutEnd(name, rollout));
        }
        if (kind.equals("ReplicationController") && !config.isEmpty()) {
            return new Owner(version, "DeploymentConfig", namespace, config);
        }
        if (kind.equals("Job") && scheduled.matches()) {
            return new Owner("batch/v1", "CronJob", namespace, scheduled.group(1));
        }
        return new Owner(version, kind, namespace, name);
    }

    private static String withoutEnd(String name, String hash) {
        return name.substring(0, name.length() - hash.length() - 1);
    }
}
