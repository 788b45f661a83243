package dev.lateen.injector.pod;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The annotation by which Multus attaches networks to a pod: names divided by commas, or a JSON list. Pure. */
public final class MultusNetworks {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private MultusNetworks() {}

    /**
     * A value with one network more, unless it has it.
     *
     * @throws IllegalArgumentException if the value looks like JSON and is none
     */
    public static String with(String value, String namespace, String name) {
        String flat = namespace.isEmpty() ? name : namespace + "/" + name;
        if (value.isEmpty()) {
            return flat;
        }
        int end = value.lastIndexOf(']');
        if (end >= 0) {
            return has(value, namespace, name)
                    ? value
                    : value.substring(0, end) + ", {\"name\": \"" + name + "\""
                            + (namespace.isEmpty() ? "" : ", \"namespace\": \"" + namespace + "\"") + "}"
                            + value.substring(end);
        }
        for (String network : value.split(",")) {
            if (network.strip().equals(flat)) {
                return value;
            }
        }
        return value + ", " + flat;
    }

    private static boolean has(String value, String namespace, String name) {
        try {
            for (JsonNode network : JSON.readTree(value)) {
                if (network.path("name").asString("").equals(name)
                        && network.path("namespace").asString("").equals(namespace)) {
                    return true;
                }
            }
            return false;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "annotation k8s.v1.cni.cncf.io/networks: " + value + " (expected: names, or a JSON list)", e);
        }
    }
}
