package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import dev.lateen.injector.tree.KubernetesText;
import dev.lateen.injector.tree.StrategicMerge;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * ContainerTrees of a user's pod that a template has too: what the user says of them beats the template. They are remembered in an annotation, so that a second injection starts from the same. Pure but for
 * editing the pod it is given.
 */
public final class UserContainers {
    static final String OVERRIDES = "proxy.istio.io/overrides";
    /** In place of an image: the template's. */
    private static final String AUTO = "auto";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private UserContainers() {}

    /**
     * Lays the user's containers over the templates'.
     *
     * @param merged the pod with templates merged into it
     * @param original the pod as it came
     * @param template the templates alone
     */
    public static void reapply(ObjectNode merged, JsonNode original, JsonNode template) {
        JsonNode annotations = original.path("metadata").path("annotations");
        JsonNode remembered = read(OVERRIDES, annotations.path(OVERRIDES).asString("{}"));
        JsonNode status = read(Marks.STATUS, annotations.path(Marks.STATUS).asString("{}"));
        ObjectNode overrides = JSON.createObjectNode();
        for (String list : List.of(ContainerTrees.CONTAINERS, ContainerTrees.INIT)) {
            for (String name : ContainerTrees.names(template.path("spec").path(list))) {
                ObjectNode own = ContainerTrees.find(remembered.path(list), name);
                if (own == null && !injectedBefore(status, list, name)) {
                    own = own(original, list, name);
                }
                if (own != null) {
                    overrides.withArray(list).add(own);
                    apply(merged, list, own);
                }
            }
        }
        if (status.isEmpty() && !overrides.isEmpty()) {
            merged.withObject("/metadata").withObject("/annotations").put(OVERRIDES, KubernetesText.of(overrides));
        }
    }

    private static boolean injectedBefore(JsonNode status, String list, String name) {
        for (JsonNode injected : status.path(list)) {
            if (injected.asString("").equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable ObjectNode own(JsonNode original, String list, String name) {
        JsonNode spec = original.path("spec");
        ObjectNode found = ContainerTrees.find(spec.path(ContainerTrees.CONTAINERS), name);
        if (found == null && list.equals(ContainerTrees.INIT)) {
            found = ContainerTrees.find(spec.path(ContainerTrees.INIT), name);
        }
        if (found == null) {
            return null;
        }
        ObjectNode own = found.deepCopy();
        if (own.path("image").asString("").equals(AUTO)) {
            own.remove("image");
        }
        if (!own.has("resources")) {
            own.putObject("resources");
        }
        return own;
    }

    private static void apply(ObjectNode merged, String list, ObjectNode own) {
        ObjectNode patch = JSON.createObjectNode();
        patch.putObject("spec").putArray(list).add(own);
        ObjectNode after = StrategicMerge.merge(merged, patch);
        merged.set("spec", after.path("spec"));
    }

    static JsonNode read(String annotation, String text) {
        try {
            JsonNode read = JSON.readTree(text);
            if (read.isObject()) {
                return read;
            }
        } catch (JacksonException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "annotation " + annotation + ": " + text + " (expected: a JSON object, as an injection writes it)");
    }

    /** As whom the user's proxy runs, its redirection must know: packets of that user are the proxy's own. */
    public static void followUser(ObjectNode merged, JsonNode original, PodFacts facts) {
        JsonNode security = usersProxy(original).path("securityContext");
        JsonNode spec = merged.path("spec");
        ObjectNode init = ContainerTrees.find(spec.path(ContainerTrees.INIT), ContainerTrees.REDIRECTION);
        ObjectNode validation = ContainerTrees.find(spec.path(ContainerTrees.INIT), ContainerTrees.VALIDATION);
        ObjectNode container = init == null ? validation : init;
        if (container == null || !security.has("runAsUser") && !security.has("runAsGroup")) {
            return;
        }
        boolean tproxy = facts.isTproxy();
        ObjectNode proxy = ContainerTrees.proxy(spec);
        if (tproxy && security.has("runAsUser") && proxy != null) {
            // Only root may keep the client's address.
            proxy.withObject("/securityContext").put("runAsUser", 0);
        }
        if (!tproxy && init == null) {
            for (String field : List.of("runAsUser", "runAsGroup")) {
                if (security.has(field)) {
                    container.withObject("/securityContext").set(field, security.path(field));
                }
            }
        }
        if (security.path("runAsUser").asLong(0) != 0) {
            replaceUser(container, security.path("runAsUser").asLong());
        }
    }

    /** As the user wrote it, though it may have been injected since; a missing node if the user wrote none. */
    private static JsonNode usersProxy(JsonNode original) {
        JsonNode annotations = original.path("metadata").path("annotations");
        ObjectNode remembered =
                ContainerTrees.proxy(read(OVERRIDES, annotations.path(OVERRIDES).asString("{}")));
        ObjectNode found = remembered == null ? ContainerTrees.proxy(original.path("spec")) : remembered;
        return found == null ? original.path("none") : found;
    }

    private static void replaceUser(ObjectNode container, long user) {
        var arguments = container.withArray("args");
        for (int i = 0; i + 1 < arguments.size(); i++) {
            if (arguments.get(i).asString("").equals("-u")) {
                arguments.set(i + 1, String.valueOf(user));
                return;
            }
        }
    }
}
