package dev.lateen.install.run;

import dev.lateen.api.resource.Origin;
import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a cluster would know beside the users' manifests: pods with their addresses, and the gateways' Services. The control plane is handed them as they
 * are; a copy is written for whoever wonders what it knows.
 */
final class GeneratedConfig {
    /** Where these objects stand, as messages name it. */
    private static final String CLUSTER = "of this mesh";

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

    /** Everything, as the control plane takes it. */
    static List<ConfigObject> objects(List<Service> services, List<PodFact> pods) {
        List<ConfigObject> all = new ArrayList<>();
        services.forEach(service -> all.add(object(service)));
        pods.forEach(pod -> all.add(object(pod(pod))));
        return all;
    }

    private static ConfigObject object(HasMetadata object) {
        String name =
                object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
        return ConfigObject.OfKubernetes.of(object, new Origin.InCluster(CLUSTER, name, 0, ""));
    }

    /** Writes the copy anew, as far as it says something else. */
    void write(List<Service> services, List<PodFact> pods) throws IOException {
        var gateways = new StringBuilder("# Written by meshctl: the gateways' Services.\n");
        services.forEach(service -> gateways.append(document(service)));
        replace("gateways.yaml", gateways.toString());
        var running = new StringBuilder("# Written by meshctl: the pods that run now.\n");
        pods.forEach(pod -> running.append(document(pod(pod))));
        replace("pods.yaml", running.toString());
    }

    private static Pod pod(PodFact fact) {
        PodPlan plan = fact.plan();
        // A pod that the user wrote has its name already, without an address.
        boolean usersOwn = plan.workloadKind().equals("Pod");
        Map<String, String> labels = switch (fact.proxy()) {
            case NONE -> new TreeMap<>(plan.labels());
            case SIDECAR -> ProxyIdentity.injectedLabels(ProxyIdentity.Role.SIDECAR, plan);
            case GATEWAY -> ProxyIdentity.injectedLabels(ProxyIdentity.Role.GATEWAY, plan);
        };
        String node = plan.pod().getSpec().getNodeName();
        return new PodBuilder()
                .withNewMetadata()
                .withName(usersOwn ? plan.name() + "-0" : plan.name())
                .withNamespace(plan.namespace())
                .withLabels(labels)
                .addNewOwnerReference()
                .withApiVersion(plan.workloadApiVersion())
                .withKind(plan.workloadKind())
                .withName(plan.workload())
                .withUid(plan.workload())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(plan.serviceAccount())
                .withNodeName(node == null || node.isEmpty() ? null : node)
                .withContainers(plan.containers().stream()
                        .map(GeneratedConfig::container)
                        .toList())
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(fact.address())
                .addNewPodIP(fact.address())
                .addNewCondition()
                .withType("Ready")
                .withStatus(fact.ready() ? "True" : "False")
                .endCondition()
                .endStatus()
                .build();
    }

    private static Container container(Container container) {
        return new ContainerBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withPorts(container.getPorts())
                .build();
    }

    private static String document(HasMetadata object) {
        String text = YAML.writeValueAsString(YAML.valueToTree(object));
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
