package dev.lateen.injector.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * OpenTelemetry's service attributes of a pod, by its conventions for Kubernetes.
 *
 * @param annotations the pod's
 * @param labels the pod's
 * @param namespace where it runs
 * @param containers its own
 */
public record ServiceAttributes(
        Map<String, String> annotations, Map<String, String> labels, String namespace, JsonNode containers) {
    private static final String PREFIX = "resource.opentelemetry.io/service.";

    /** {@code NAME=VALUE} divided by commas: namespace, version and instance as far as they are known. */
    public String text() {
        List<String> attributes = new ArrayList<>();
        add(attributes, "namespace", namespace);
        add(attributes, "version", version());
        // The kubelet puts the pod's name in, which may not be known yet.
        String container = containers.path(0).path("name").asString("");
        add(attributes, "instance.id", containers.isEmpty() ? "" : namespace + ".$(POD_NAME)." + container);
        return String.join(",", attributes);
    }

    private void add(List<String> attributes, String name, String otherwise) {
        String own = annotations.getOrDefault(PREFIX + name, "");
        String value = own.isEmpty() ? otherwise : own;
        if (!value.isEmpty()) {
            attributes.add("service." + name + "=" + value);
        }
    }

    /** The label, or the tag and digest of the only image. */
    private String version() {
        String label = labels.getOrDefault("app.kubernetes.io/version", "");
        if (!label.isEmpty() || containers.size() != 1) {
            return label;
        }
        String image = containers.path(0).path("image").asString("");
        int at = image.indexOf('@');
        String digest = at < 0 ? "" : image.substring(at + 1);
        String named = at < 0 ? image : image.substring(0, at);
        int colon = named.lastIndexOf(':');
        String tag = colon > named.lastIndexOf('/') ? named.substring(colon + 1) : "";
        return tag + (!tag.isEmpty() && !digest.isEmpty() ? "@" : "") + digest;
    }
}
