package dev.lateen.injector.after;

import dev.lateen.injector.pod.PodFacts;
import dev.lateen.injector.tree.ContainerTrees;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an injected pod says of its injection, and of the cluster it is in. Pure but for editing the pod it is given. */
public final class Marks {
    static final String STATUS = "sidecar.istio.io/status";
    private static final String CLUSTER = "ISTIO_META_CLUSTER_ID";
    private static final String NETWORK = "ISTIO_META_NETWORK";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Marks() {}

    /**
     * Variables of the proxy that the webhook's URL or the values give: they replace the template's.
     *
     * @param fromUrl by name
     * @param facts of the pod
     */
    public static Map<String, String> placeVariables(Map<String, String> fromUrl, PodFacts facts) {
        Map<String, String> variables = new TreeMap<>(fromUrl);
        String cluster = facts.settings().identity().clusterName();
        String network = facts.labels()
                .getOrDefault(
                        "topology.istio.io/network", facts.settings().identity().network());
        if (!cluster.isEmpty()) {
            variables.putIfAbsent(CLUSTER, cluster);
        }
        if (facts.labels().containsKey("topology.istio.io/network")) {
            variables.put(NETWORK, network);
        } else if (!network.isEmpty()) {
            variables.putIfAbsent(NETWORK, network);
        }
        return variables;
    }

    /** Puts those variables into the proxy, in place of the template's. */
    public static void place(ObjectNode pod, Map<String, String> variables) {
        ObjectNode proxy = ContainerTrees.proxy(pod.path("spec"));
        if (proxy == null || variables.isEmpty()) {
            return;
        }
        ArrayNode env = JSON.createArrayNode();
        for (JsonNode variable : proxy.path("env")) {
            if (!variables.containsKey(variable.path("name").asString(""))) {
                env.add(variable);
            }
        }
        variables.forEach((name, value) -> env.addObject().put("name", name).put("value", value));
        proxy.set("env", env);
    }

    /** The annotation that says what was injected, those that the values ask for, and the network's label. */
    public static void annotate(ObjectNode pod, JsonNode template, Map<String, String> variables, PodFacts facts) {
        ObjectNode metadata = pod.withObject("/metadata");
        if (variables.containsKey(NETWORK)) {
            metadata.withObject("/labels").put("topology.istio.io/network", variables.get(NETWORK));
        }
        ObjectNode annotations = metadata.withObject("/annotations");
        annotations.put(STATUS, status(template.path("spec"), facts.settings().revision()));
        facts.settings().injectedAnnotations().forEach(annotations::put);
    }

    private static String status(JsonNode spec, String revision) {
        ObjectNode status = JSON.createObjectNode();
        for (String list : List.of(ContainerTrees.INIT, ContainerTrees.CONTAINERS, "volumes", "imagePullSecrets")) {
            List<String> names = ContainerTrees.names(spec.path(list));
            if (names.isEmpty()) {
                status.putNull(list);
            } else {
                names.forEach(status.putArray(list)::add);
            }
        }
        return JSON.writeValueAsString(status.put("revision", revision.isEmpty() ? "default" : revision));
    }
}
