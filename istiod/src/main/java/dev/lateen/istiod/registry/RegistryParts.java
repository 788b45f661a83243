package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.resource.Resource;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was read for a registry, before it is compared with the one before. */
record RegistryParts(
        List<Service> services,
        Map<Service, ServedPorts> served,
        List<WorkloadInstance> allWorkloads,
        Map<String, TlsSecret> secrets) {
    private static final String CLUSTER = "Kubernetes";
    private static final String DOMAIN = "cluster.local";

    static RegistryParts read(
            List<ConfigObject.OfKubernetes> kubernetes,
            List<Resource<ServiceEntry>> serviceEntries,
            List<Resource<WorkloadEntry>> workloadEntries,
            MeshConfig mesh) {
        KubernetesObjects objects = new KubernetesObjects(kubernetes);
        ServiceEntries entries = new ServiceEntries(CLUSTER, mesh.defaultServiceExportTo());
        KubernetesWorkloads pods = new KubernetesWorkloads(CLUSTER, objects.all(Node.class));

        List<WorkloadInstance> all = new ArrayList<>();
        objects.typed(Pod.class).forEach(p -> pods.workload(p).ifPresent(all::add));
        workloadEntries.forEach(e -> all.add(entries.workload(e)));
        all.sort(Comparator.comparing(WorkloadInstance::namespace)
                .thenComparing(WorkloadInstance::name)
                .thenComparing(WorkloadInstance::address));

        WorkloadsByLabel byLabel = new WorkloadsByLabel(all);
        Set<WorkloadInstance> known = new LinkedHashSet<>(all);
        Map<Service, ServedPorts> served = new LinkedHashMap<>();
        KubernetesServices reader = new KubernetesServices(DOMAIN, mesh.defaultServiceExportTo());
        EndpointObjects given =
                new EndpointObjects(objects.typed(EndpointSlice.class), objects.typed(Endpoints.class), all, CLUSTER);
        for (ConfigObject.OfKubernetes typed : objects.typed(io.fabric8.kubernetes.api.model.Service.class)) {
            Service service = reader.service(typed);
            List<WorkloadInstance> written = given.of(service).orElse(null);
            List<WorkloadInstance> serving = service.resolution() == Resolution.ALIAS
                    ? List.of(WorkloadInstance.outside(service, CLUSTER))
                    : written == null ? byLabel.selected(service.namespace(), service.selector()) : written;
            ServedPorts ports = new ServedPorts();
            ports.add(service, serving, written != null && service.resolution() != Resolution.ALIAS);
            served.put(service, ports);
        }
        MergedEntries merged = new MergedEntries();
        AutoAddresses addresses = new AutoAddresses();
        serviceEntries.stream().sorted(Resource.OLDEST_FIRST).forEach(e -> {
            for (Service service : entries.services(e, addresses)) {
                List<WorkloadInstance> serving = service.selector().isEmpty()
                        ? entries.inlineWorkloads(e, service.hostname())
                        : byLabel.selected(service.namespace(), service.selector());
                known.addAll(serving);
                merged.add(service, serving);
            }
        });
        merged.into(served);
        return new RegistryParts(
                List.copyOf(served.keySet()),
                served,
                List.copyOf(known),
                secrets(objects));
    }

    private static Map<String, TlsSecret> secrets(KubernetesObjects objects) {
        Map<String, TlsSecret> secrets = new HashMap<>();
        for (ConfigObject.OfKubernetes typed : objects.typed(Secret.class)) {
            Map<String, String> values = values((Secret) typed.object());
            TlsSecret secret = new TlsSecret(
                    typed.namespace(),
                    typed.name(),
                    first(values, "tls.crt", "cert"),
                    first(values, "tls.key", "key"),
                    first(values, "ca.crt", "cacert"));
            secrets.put(typed.namespace() + "/" + typed.name(), secret);
        }
        return secrets;
    }

    private static Map<String, String> values(Secret secret) {
        Map<String, String> values = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData().forEach((k, v) -> values.put(k, decode(v)));
        }
        if (secret.getStringData() != null) {
            values.putAll(secret.getStringData());
        }
        return values;
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String first(Map<String, String> values, String key, String otherwise) {
        return values.getOrDefault(key, values.getOrDefault(otherwise, ""));
    }
}
