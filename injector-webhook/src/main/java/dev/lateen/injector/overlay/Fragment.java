package dev.lateen.injector.overlay;

import dev.lateen.injector.tree.ContainerTrees;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The part of a pod that is being put together by overlays. Used by one thread. */
final class Fragment {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final PodSpec spec = new PodSpec();
    private final Container proxy = new Container();

    Map<String, String> labels() {
        return labels;
    }

    Map<String, String> annotations() {
        return annotations;
    }

    /** The proxy's container, in the pod only once an overlay has placed it. */
    Container proxy() {
        return proxy;
    }

    void placeProxy(boolean asInit) {
        proxy.setName(ContainerTrees.PROXY);
        if (asInit) {
            spec.getInitContainers().add(proxy);
        } else {
            spec.getContainers().add(proxy);
        }
    }

    void addInit(Container container) {
        spec.getInitContainers().add(container);
    }

    void addContainer(Container container) {
        spec.getContainers().add(container);
    }

    List<Volume> volumes() {
        return spec.getVolumes();
    }

    void setPullSecrets(List<String> names) {
        spec.setImagePullSecrets(names.stream().map(LocalObjectReference::new).toList());
    }

    void setSecurity(PodSecurityContext security) {
        spec.setSecurityContext(security);
    }

    /** As what is merged into a pod. */
    ObjectNode tree() {
        ObjectNode tree = JSON.createObjectNode();
        ObjectNode metadata = tree.putObject("metadata");
        put(metadata, "labels", labels);
        put(metadata, "annotations", annotations);
        // By way of a text, so that numbers are as they are read everywhere, and equal ones are equal.
        tree.set("spec", JSON.readTree(JSON.writeValueAsString(spec)));
        return tree;
    }

    private static void put(ObjectNode metadata, String part, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            ObjectNode object = metadata.putObject(part);
            texts.forEach(object::put);
        }
    }

    /**
     * A part of Kubernetes' model out of a tree that somebody wrote.
     *
     * @param source names the tree in the error
     * @throws IllegalArgumentException if the tree is something else
     */
    static <T> T typed(String source, Object tree, Class<T> type) {
        try {
            return JSON.convertValue(tree, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    source + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + " (expected: "
                            + type.getSimpleName() + ")",
                    e);
        }
    }
}
