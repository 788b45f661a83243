package dev.lateen.injector.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The containers of a pod's spec by name and place. */
public final class ContainerTrees {
    public static final String CONTAINERS = "containers";
    public static final String INIT = "initContainers";
    /** The proxy's own. */
    public static final String PROXY = "istio-proxy";
    /** The one that redirects traffic. */
    public static final String REDIRECTION = "istio-init";
    /** The one that checks a redirection that the node made. */
    public static final String VALIDATION = "istio-validation";

    private ContainerTrees() {}

    /** The first container of that name in a list of them, null if there is none. */
    public static @Nullable ObjectNode find(JsonNode containers, String name) {
        for (JsonNode container : containers) {
            if (container instanceof ObjectNode found
                    && found.path("name").asString("").equals(name)) {
                return found;
            }
        }
        return null;
    }

    /** The proxy's container, wherever it is in the pod. */
    public static @Nullable ObjectNode proxy(JsonNode spec) {
        ObjectNode ordinary = find(spec.path(CONTAINERS), PROXY);
        return ordinary == null ? find(spec.path(INIT), PROXY) : ordinary;
    }

    /** Every container but the proxy's, init containers first. */
    public static void eachButProxy(JsonNode spec, Consumer<ObjectNode> look) {
        for (String list : List.of(INIT, CONTAINERS)) {
            for (JsonNode container : spec.path(list)) {
                if (container instanceof ObjectNode each
                        && !each.path("name").asString("").equals(PROXY)) {
                    look.accept(each);
                }
            }
        }
    }

    /** Names of a list of anything that has one. */
    public static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(item -> names.add(item.path("name").asString("")));
        return names;
    }

    /** Takes all of that name out of a list of a spec; the last of them, null if there was none. */
    public static @Nullable ObjectNode remove(ObjectNode spec, String list, String name) {
        if (!(spec.path(list) instanceof ArrayNode all)) {
            return null;
        }
        ObjectNode found = null;
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i) instanceof ObjectNode container
                    && container.path("name").asString("").equals(name)) {
                found = found == null ? container : found;
                all.remove(i);
            }
        }
        return found;
    }

    /** To the front of its list. */
    public static void toFront(ObjectNode spec, String list, String name) {
        ObjectNode found = remove(spec, list, name);
        if (found != null) {
            spec.withArray(list).insert(0, found);
        }
    }

    /** To the end of its list. */
    public static void toEnd(ObjectNode spec, String list, String name) {
        ObjectNode found = remove(spec, list, name);
        if (found != null) {
            spec.withArray(list).add(found);
        }
    }
}
