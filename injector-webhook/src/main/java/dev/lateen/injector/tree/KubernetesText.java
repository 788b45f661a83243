package dev.lateen.injector.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** ContainerTrees, ports and probes in one line of JSON, their fields in the order in which Kubernetes' own clients write them, for texts inside of annotations and variables. Pure. */
public final class KubernetesText {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** One order that fits all the types it is used for; what is not here comes last, by name. */
    private static final List<String> ORDER = List.of(
            ("initContainers containers name image command args workingDir hostPort containerPort protocol hostIP"
                + " ports envFrom env value valueFrom resources limits requests claims resizePolicy restartPolicy"
                + " restartPolicyRules readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr"
                + " volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle postStart preStop"
                + " exec httpGet tcpSocket grpc path port service host scheme httpHeaders initialDelaySeconds"
                + " timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds"
                + " terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext capabilities add"
                + " drop privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot"
                + " readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile appArmorProfile stdin"
                + " stdinOnce tty")
                    .split(" "));

    private static final Map<String, Integer> RANKS = ranks();

    private KubernetesText() {}

    private static Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new HashMap<>();
        for (int i = 0; i < ORDER.size(); i++) {
            ranks.put(ORDER.get(i), i);
        }
        return ranks;
    }

    /** In one line. */
    public static String of(JsonNode node) {
        return JSON.writeValueAsString(ordered(node));
    }

    private static JsonNode ordered(JsonNode node) {
        if (node.isArray()) {
            ArrayNode items = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> items.add(ordered(item)));
            return items;
        }
        if (!node.isObject()) {
            return node;
        }
        List<String> names = new ArrayList<>(node.propertyNames());
        names.sort(Comparator.<String>comparingInt(name -> RANKS.getOrDefault(name, Integer.MAX_VALUE))
                .thenComparing(Comparator.naturalOrder()));
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        names.forEach(name -> fields.set(name, ordered(node.path(name))));
        return fields;
    }
}
