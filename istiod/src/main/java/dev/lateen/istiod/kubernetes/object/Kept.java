package dev.lateen.istiod.kubernetes.object;

import dev.lateen.istiod.model.NamedMarks;
import dev.lateen.istiod.registry.Topology;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of Kubernetes' objects: what the mesh follows, and nothing else. An API server's objects are mostly of no use here (managed fields, the
 * last applied form, status, volumes, environments), and they are what a control plane's memory goes to.
 */
public final class Kept {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String ANNOTATIONS_OF_NETWORKING = "networking.istio.io/";
    private static final Set<String> PLACES = Set.of(Topology.REGION, Topology.ZONE, Topology.SUB_ZONE);
    /** Of a Secret for a gateway: Kubernetes' and Istio's names. */
    private static final Set<String> CREDENTIALS = Set.of("tls.crt", "tls.key", "ca.crt", "cert", "key", "cacert");

    /** One of these must be there with a certificate, or an authority alone. */
    private static final Set<String> TELLING = Set.of("tls.crt", "cert", "ca.crt", "cacert");

    private static final Set<String> SECRET_TYPES = Set.of("kubernetes.io/tls", "Opaque", "istio.io/key-and-cert");
    private static final EndpointConditions READY = new EndpointConditions(true, null, null);
    private static final EndpointConditions NOT_READY = new EndpointConditions(false, null, null);

    private Kept() {}

    /** What is kept of a Service: ports, addresses, selector and what Istio says on it. */
    public static Service of(Service full) {
        ServiceSpec from = full.getSpec() == null ? new ServiceSpec() : full.getSpec();
        ServiceSpec spec = new ServiceSpec();
        spec.setType(from.getType());
        spec.setClusterIP(from.getClusterIP());
        spec.setClusterIPs(copy(from.getClusterIPs()));
        spec.setExternalName(from.getExternalName());
        spec.setSelector(all(from.getSelector()));
        spec.setPublishNotReadyAddresses(from.getPublishNotReadyAddresses());
        spec.setTrafficDistribution(from.getTrafficDistribution());
        spec.setPorts(from.getPorts().stream().map(Kept::of).toList());
        spec.setExternalIPs(List.of());
        spec.setIpFamilies(List.of());
        spec.setLoadBalancerSourceRanges(List.of());
        spec.setAdditionalProperties(Map.of());
        Service kept = new Service();
        ObjectMeta meta = meta(full.getMetadata());
        meta.setLabels(all(full.getMetadata().getLabels()));
        meta.setAnnotations(some(
                full.getMetadata().getAnnotations(),
                name -> name.startsWith(ANNOTATIONS_OF_NETWORKING)
                        || NamedMarks.all().containsKey(name)));
        kept.setMetadata(meta);
        kept.setSpec(spec);
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    private static ServicePort of(ServicePort full) {
        ServicePort port = new ServicePort();
        port.setName(full.getName());
        port.setPort(full.getPort());
        port.setProtocol(full.getProtocol());
        port.setAppProtocol(full.getAppProtocol());
        port.setTargetPort(full.getTargetPort());
        port.setAdditionalProperties(Map.of());
        return port;
    }

    /** What is kept of an EndpointSlice; null if it lists names, which are nobody's addresses. */
    public static @Nullable EndpointSlice of(EndpointSlice full) {
        if ("FQDN".equals(full.getAddressType())) {
            return null;
        }
        EndpointSlice kept = new EndpointSlice();
        ObjectMeta meta = meta(full.getMetadata());
        meta.setLabels(some(full.getMetadata().getLabels(), SERVICE_NAME::equals));
        kept.setMetadata(meta);
        kept.setAddressType(full.getAddressType());
        kept.setPorts(
                full.getPorts() == null
                        ? List.of()
                        : full.getPorts().stream().map(Kept::of).toList());
        kept.setEndpoints(
                full.getEndpoints() == null
                        ? List.of()
                        : full.getEndpoints().stream().map(Kept::of).toList());
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    private static EndpointPort of(EndpointPort full) {
        EndpointPort port = new EndpointPort();
        port.setName(full.getName());
        port.setPort(full.getPort());
        port.setAdditionalProperties(Map.of());
        return port;
    }

    private static Endpoint of(Endpoint full) {
        Endpoint kept = new Endpoint();
        kept.setAddresses(copy(full.getAddresses()));
        kept.setHostname(full.getHostname());
        boolean leaves = full.getConditions() != null
                && Boolean.FALSE.equals(full.getConditions().getReady());
        kept.setConditions(leaves ? NOT_READY : READY);
        kept.setDeprecatedTopology(Map.of());
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** What is kept of a Node: where it stands. */
    public static Node of(Node full) {
        Node kept = new Node();
        ObjectMeta meta = meta(full.getMetadata());
        meta.setLabels(some(full.getMetadata().getLabels(), PLACES::contains));
        kept.setMetadata(meta);
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** What is kept of a Namespace: its labels, by which it is selected. */
    public static Namespace of(Namespace full) {
        Namespace kept = new Namespace();
        ObjectMeta meta = meta(full.getMetadata());
        meta.setLabels(all(full.getMetadata().getLabels()));
        kept.setMetadata(meta);
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** What is kept of a ServiceAccount: that it exists. */
    public static ServiceAccount of(ServiceAccount full) {
        ServiceAccount kept = new ServiceAccount();
        kept.setMetadata(meta(full.getMetadata()));
        kept.setImagePullSecrets(List.of());
        kept.setSecrets(List.of());
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** What is kept of a Secret: the certificate, key and authority of a gateway's credential; null if it is none. */
    public static @Nullable Secret of(Secret full) {
        Map<String, String> data = full.getData() == null ? Map.of() : full.getData();
        boolean opaque = full.getType() == null || SECRET_TYPES.contains(full.getType());
        if (!opaque || TELLING.stream().noneMatch(data::containsKey)) {
            return null;
        }
        Secret kept = new Secret();
        kept.setMetadata(meta(full.getMetadata()));
        kept.setType(full.getType());
        kept.setData(some(data, CREDENTIALS::contains));
        kept.setStringData(Map.of());
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    /** Name, namespace, uid and age, without labels and annotations. */
    static ObjectMeta meta(ObjectMeta full) {
        ObjectMeta kept = bare(full);
        kept.setUid(full.getUid());
        kept.setCreationTimestamp(full.getCreationTimestamp());
        return kept;
    }

    /** Name and namespace alone. */
    public static ObjectMeta bare(ObjectMeta full) {
        ObjectMeta kept = new ObjectMeta();
        kept.setName(full.getName());
        kept.setNamespace(full.getNamespace());
        kept.setLabels(Map.of());
        kept.setAnnotations(Map.of());
        kept.setFinalizers(List.of());
        kept.setManagedFields(List.of());
        kept.setOwnerReferences(List.of());
        kept.setAdditionalProperties(Map.of());
        return kept;
    }

    static Map<String, String> all(@Nullable Map<String, String> map) {
        return some(map, _ -> true);
    }

    private static Map<String, String> some(@Nullable Map<String, String> map, Predicate<String> wanted) {
        if (map == null || map.isEmpty()) {
            return Map.of();
        }
        Map<String, String> kept = new HashMap<>();
        map.forEach((key, value) -> {
            if (value != null && wanted.test(key)) {
                kept.put(key, value);
            }
        });
        return Map.copyOf(kept);
    }

    private static List<String> copy(@Nullable List<String> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
