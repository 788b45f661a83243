package dev.lateen.istiod.debug;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.Registry;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.registry.WorkloadInstance;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Services and who serves them, in the shapes of Istio's debug pages, which Kiali reads. Safe from any thread. */
record RegistryViews(JsonMapper json, DiscoveryServer discovery, Supplier<@Nullable MeshSnapshot> mesh) {

    /** {@code /debug/registryz}: Istio's {@code model.Service} of each service. */
    ArrayNode registryz() {
        ArrayNode all = json.createArrayNode();
        registry().services().forEach(service -> all.add(service(service)));
        return all;
    }

    private Registry registry() {
        MeshSnapshot snapshot = mesh.get();
        return snapshot == null ? Registry.empty() : snapshot.registry();
    }

    private ObjectNode service(Service service) {
        ObjectNode one = json.createObjectNode();
        ObjectNode attributes = one.putObject("Attributes");
        attributes.put("ServiceRegistry", service.kubernetes() ? "Kubernetes" : "External");
        attributes.put("Name", service.name());
        attributes.put("Namespace", service.namespace());
        attributes.set("Labels", json.valueToTree(service.labels()));
        ObjectNode exportTo = attributes.putObject("ExportTo");
        service.exportTo().forEach(exportTo::putObject);
        attributes.set("LabelSelectors", json.valueToTree(service.selector()));
        ArrayNode ports = one.putArray("ports");
        service.ports().forEach(port -> ports.add(port(port)));
        one.put("creationTime", service.created().toString());
        one.put("hostname", service.hostname());
        ObjectNode addresses = one.putObject("clusterVIPs").putObject("Addresses");
        if (!service.addresses().isEmpty()) {
            addresses.set("Kubernetes", json.valueToTree(service.addresses()));
        }
        one.put(
                "defaultAddress",
                service.addresses().isEmpty() ? "0.0.0.0" : service.addresses().getFirst());
        if (!service.autoAddress().isEmpty()) {
            one.put("autoAllocatedIPv4Address", service.autoAddress());
        }
        one.put("Resolution", resolution(service.resolution()));
        one.put("MeshExternal", service.external());
        one.put("ResourceVersion", "");
        one.put("origin", service.origin().toString());
        return one;
    }

    private ObjectNode port(ServicePort port) {
        return json.createObjectNode()
                .put("name", port.name())
                .put("port", port.number())
                .put("protocol", port.protocol().name());
    }

    /** Istio's numbers. */
    private static int resolution(Resolution resolution) {
        return switch (resolution) {
            case ENDPOINTS -> 0;
            case DNS -> 1;
            case ORIGINAL_DESTINATION -> 2;
            case DNS_ROUND_ROBIN -> 3;
            case ALIAS -> 4;
            case DYNAMIC_DNS -> 5;
        };
    }

    /** {@code /debug/endpointz}: the endpoints of each service's ports. */
    ArrayNode endpointz() {
        ArrayNode all = json.createArrayNode();
        Registry registry = registry();
        for (Service service : registry.services()) {
            ObjectNode told = service(service);
            for (ServicePort port : service.ports()) {
                ObjectNode one = all.addObject();
                one.put("svc", service.hostname() + ":" + port.name());
                ArrayNode endpoints = one.putArray("ep");
                for (ServiceEndpoint endpoint : registry.endpoints(service, port)) {
                    ObjectNode instance = endpoints.addObject();
                    instance.set("service", told);
                    instance.set("servicePort", port(port));
                    instance.set("endpoint", endpoint(endpoint, port));
                }
            }
        }
        return all;
    }

    private ObjectNode endpoint(ServiceEndpoint endpoint, ServicePort port) {
        WorkloadInstance workload = endpoint.workload();
        ObjectNode one = json.createObjectNode();
        one.set("Labels", json.valueToTree(workload.labels()));
        one.put("Address", workload.address());
        one.put("ServicePortName", port.name());
        one.put("ServiceAccount", account(workload));
        one.put("Network", workload.place().network());
        one.putObject("Locality")
                .put("Label", workload.place().locality())
                .put("ClusterID", workload.place().clusterId());
        one.put("EndpointPort", endpoint.port());
        one.put("LbWeight", Math.max(1, workload.weight()));
        one.put("TLSMode", workload.identity().mutualTls() ? "istio" : "disabled");
        one.put("Namespace", workload.namespace());
        one.put("WorkloadName", workload.identity().workloadName());
        // Istio's HealthStatus: 0 healthy, 1 unhealthy.
        one.put("HealthStatus", workload.ready() ? 0 : 1);
        return one;
    }

    private String account(WorkloadInstance workload) {
        MeshSnapshot snapshot = mesh.get();
        return workload.identity().serviceAccount().isEmpty() || snapshot == null
                ? ""
                : new SpiffeId(
                                snapshot.mesh().trustDomain(),
                                workload.namespace(),
                                workload.identity().serviceAccount())
                        .uri();
    }

    /** {@code /debug/instancesz}: what each connected proxy serves. */
    ObjectNode instancesz() {
        ObjectNode all = json.createObjectNode();
        Registry registry = registry();
        for (ProxyStatus status : discovery.proxies()) {
            ProxyNode node = status.node();
            ArrayNode targets = all.putArray(status.proxyId());
            registry.targets(node.addresses(), node.namespace(), node.labels()).forEach(target -> {
                ObjectNode one = targets.addObject();
                one.set("Service", service(target.service()));
                ObjectNode port = port(target.port());
                port.put("targetPort", target.targetPort());
                one.set("Port", port);
            });
        }
        return all;
    }
}
