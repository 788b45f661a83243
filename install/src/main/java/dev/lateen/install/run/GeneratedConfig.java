package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a cluster would know beside the users' manifests: pods with their addresses, and the gateways' Services. Kept as files that istiod reads like
 * any other, so that it needs no second way in, and that a curious user can look at.
 */
final class GeneratedConfig {
    private static final YAMLMapper YAML = YAMLMapper.builder().build();

    private final Path directory;
    private final Map<String, String> written = new HashMap<>();

    GeneratedConfig(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** A pod that runs, and whether requests may be sent to it. */
    record PodFact(PodPlan plan, DesiredMesh.Proxy proxy, String address, boolean ready) {}

    void writePods(List<PodFact> pods) throws IOException {
        var text = new StringBuilder("# Written by meshctl: the pods that run now.\n");
        pods.forEach(pod -> text.append(document(pod(pod))));
        replace("pods.yaml", text.toString());
    }

    void writeServices(List<? extends HasMetadata> services) throws IOException {
        var text = new StringBuilder("# Written by meshctl: the gateways' Services.\n");
        services.forEach(service -> text.append(document(YAML.valueToTree(service))));
        replace("gateways.yaml", text.toString());
    }

    private static ObjectNode pod(PodFact fact) {
        PodPlan plan = fact.plan();
        ObjectNode pod = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
        // A pod that the user wrote has its name already, without an address.
        boolean usersOwn = plan.workloadKind().equals("Pod");
        String name = usersOwn ? plan.name() + "-0" : plan.name();
        ObjectNode metadata = pod.putObject("metadata").put("name", name).put("namespace", plan.namespace());
        ObjectNode labels = metadata.putObject("labels");
        Map<String, String> told = switch (fact.proxy()) {
            case NONE -> new TreeMap<>(plan.labels());
            case SIDECAR -> ProxyIdentity.injectedLabels(ProxyIdentity.Role.SIDECAR, plan);
            case GATEWAY -> ProxyIdentity.injectedLabels(ProxyIdentity.Role.GATEWAY, plan);
        };
        told.forEach(labels::put);
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", plan.workloadApiVersion())
                .put("kind", plan.workloadKind())
                .put("name", plan.workload())
                .put("uid", plan.workload())
                .put("controller", true);
        ObjectNode spec = pod.putObject("spec").put("serviceAccountName", plan.serviceAccount());
        String node = plan.pod().getSpec().getNodeName();
        if (node != null && !node.isEmpty()) {
            spec.put("nodeName", node);
        }
        var containers = spec.putArray("containers");
        plan.containers().forEach(container -> containers.add(container(container)));
        ObjectNode status = pod.putObject("status").put("phase", "Running").put("podIP", fact.address());
        status.putArray("podIPs").addObject().put("ip", fact.address());
        status.putArray("conditions").addObject().put("type", "Ready").put("status", fact.ready() ? "True" : "False");
        return pod;
    }

    private static ObjectNode container(Container container) {
        ObjectNode node =
                YAML.createObjectNode().put("name", container.getName()).put("image", container.getImage());
        if (container.getPorts() != null && !container.getPorts().isEmpty()) {
            var ports = node.putArray("ports");
            container.getPorts().forEach(port -> {
                ObjectNode entry = ports.addObject().put("containerPort", port.getContainerPort());
                if (port.getName() != null) {
                    entry.put("name", port.getName());
                }
            });
        }
        return node;
    }

    private static String document(ObjectNode node) {
        String text = YAML.writeValueAsString(node);
        return text.startsWith("---") ? text : "---\n" + text;
    }

    /** In one step, so that nobody ever reads half a file. */
    private void replace(String name, String text) throws IOException {
        if (text.equals(written.get(name))) {
            return;
        }
        Files.createDirectories(directory);
        Path fresh = directory.resolve("." + name + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        written.put(name, text);
    }
}
