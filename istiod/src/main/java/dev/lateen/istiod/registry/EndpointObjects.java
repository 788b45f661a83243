package dev.lateen.istiod.registry;

import dev.lateen.istiod.input.ConfigObject;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** EndpointSlices, or else Endpoints, where they are given: they win over what the selector would find. */
final class EndpointObjects {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private final Map<String, List<WorkloadInstance>> byService = new HashMap<>();
    private final Map<String, WorkloadInstance> byAddress = new HashMap<>();
    private final String clusterId;

    EndpointObjects(
            List<ConfigObject.OfKubernetes> slices,
            List<ConfigObject.OfKubernetes> endpoints,
            List<WorkloadInstance> workloads,
            String clusterId) {
        this.clusterId = clusterId;
        workloads.forEach(w -> byAddress.putIfAbsent(w.address(), w));
        slices.forEach(this::addSlice);
        for (ConfigObject.OfKubernetes typed : endpoints) {
            if (!byService.containsKey(typed.namespace() + "/" + typed.name())) {
                addEndpoints(typed);
            }
        }
    }

    /** What is given for a service; empty if nothing is. */
    Optional<List<WorkloadInstance>> of(Service service) {
        return Optional.ofNullable(byService.get(service.namespace() + "/" + service.name()));
    }

    private void addSlice(ConfigObject.OfKubernetes typed) {
        EndpointSlice slice = (EndpointSlice) typed.object();
        String service =
                KubernetesServices.orEmpty(slice.getMetadata().getLabels()).getOrDefault(SERVICE_NAME, typed.name());
        List<WorkloadInstance> list =
                byService.computeIfAbsent(typed.namespace() + "/" + service, k -> new ArrayList<>());
        Map<String, Integer> ports = new HashMap<>();
        if (slice.getPorts() != null) {
            slice.getPorts().forEach(p -> put(ports, p.getName(), p.getPort()));
        }
        for (Endpoint endpoint : slice.getEndpoints()) {
            boolean ready = endpoint.getConditions() == null
                    || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
            endpoint.getAddresses().forEach(a -> list.add(instance(typed, a, ports, ready)));
        }
    }

    private void addEndpoints(ConfigObject.OfKubernetes typed) {
        Endpoints endpoints = (Endpoints) typed.object();
        List<WorkloadInstance> list =
                byService.computeIfAbsent(typed.namespace() + "/" + typed.name(), k -> new ArrayList<>());
        if (endpoints.getSubsets() == null) {
            return;
        }
        endpoints.getSubsets().forEach(subset -> {
            Map<String, Integer> ports = new HashMap<>();
            if (subset.getPorts() != null) {
                for (EndpointPort port : subset.getPorts()) {
                    put(ports, port.getName(), port.getPort());
                }
            }
            subset.getAddresses().forEach(a -> list.add(instance(typed, a.getIp(), ports, true)));
            if (subset.getNotReadyAddresses() != null) {
                subset.getNotReadyAddresses().forEach(a -> list.add(instance(typed, a.getIp(), ports, false)));
            }
        });
    }

    private static void put(Map<String, Integer> ports, @Nullable String name, @Nullable Integer port) {
        if (port != null) {
            ports.put(name == null ? "" : name, port);
        }
    }

    private WorkloadInstance instance(
            ConfigObject.OfKubernetes typed, String address, Map<String, Integer> ports, boolean ready) {
        WorkloadInstance pod = byAddress.get(address);
        if (pod != null) {
            return pod.listed(Map.copyOf(ports), ready);
        }
        return new WorkloadInstance(
                typed.name(),
                typed.namespace(),
                address,
                Map.copyOf(ports),
                Map.of(),
                "",
                "",
                "",
                0,
                false,
                typed.name(),
                clusterId,
                "",
                ready);
    }
}
