package dev.lateen.istiod.registry;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectKey;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kubernetes Services as services of the mesh. */
final class KubernetesServices {
    /** Another name of a host needs no ports in Kubernetes. */
    private static final ServicePort PLAIN = new ServicePort(80, "http", Protocol.HTTP, "80");

    private static final String EXPORT_TO = "networking.istio.io/exportTo";
    private final String domain;
    private final List<String> defaultExportTo;

    KubernetesServices(String domain, List<String> defaultExportTo) {
        this.domain = domain;
        this.defaultExportTo = defaultExportTo;
    }

    Service service(ConfigObject.OfKubernetes typed) {
        var source = (io.fabric8.kubernetes.api.model.Service) typed.object();
        ServiceSpec spec = source.getSpec() == null ? new ServiceSpec() : source.getSpec();
        boolean alias = "ExternalName".equals(spec.getType());
        List<String> addresses = alias ? List.of() : addresses(spec);
        Resolution resolution = alias
                ? Resolution.ALIAS
                : addresses.isEmpty() && "None".equals(spec.getClusterIP())
                        ? Resolution.ORIGINAL_DESTINATION
                        : Resolution.ENDPOINTS;
        return new Service(
                new Service.Named(
                        typed.name() + "." + typed.namespace() + ".svc." + domain, typed.namespace(), typed.name()),
                alias && ports(spec).isEmpty() ? List.of(PLAIN) : ports(spec),
                new Service.Addresses(addresses, ""),
                resolution,
                new Service.Nature(false, true, orEmpty(spec.getExternalName())),
                new Service.Members(
                        orEmpty(spec.getSelector()),
                        List.of(),
                        distribution(spec, source.getMetadata()),
                        Boolean.TRUE.equals(spec.getPublishNotReadyAddresses())),
                new Service.Declared(
                        exportTo(source.getMetadata()),
                        orEmpty(source.getMetadata().getLabels()),
                        created(source.getMetadata()),
                        typed.origin()));
    }

    /** The key of a Service's object. */
    static ObjectKey key(String cluster, String namespace, String name) {
        return new ObjectKey(cluster, new ResourceKey("", "Service", namespace, name));
    }

    private static List<ServicePort> ports(ServiceSpec spec) {
        List<ServicePort> ports = new ArrayList<>();
        for (var port : spec.getPorts()) {
            if (port.getPort() == null) {
                continue;
            }
            String name = orEmpty(port.getName());
            Protocol protocol =
                    Protocol.of(port.getPort(), name, orTcp(port.getProtocol()), orEmpty(port.getAppProtocol()));
            ports.add(new ServicePort(port.getPort(), name, protocol, target(port.getTargetPort(), port.getPort())));
        }
        return List.copyOf(ports);
    }

    private static String target(@Nullable IntOrString target, int port) {
        if (target == null) {
            return Integer.toString(port);
        }
        if (target.getStrVal() != null && !target.getStrVal().isEmpty()) {
            return target.getStrVal();
        }
        return target.getIntVal() == null || target.getIntVal() == 0
                ? Integer.toString(port)
                : Integer.toString(target.getIntVal());
    }

    // A file has no cluster IP, since the API server gives it; such a service still balances over its endpoints.
    private static List<String> addresses(ServiceSpec spec) {
        List<String> ips = spec.getClusterIPs() == null || spec.getClusterIPs().isEmpty()
                ? (spec.getClusterIP() == null ? List.of() : List.of(spec.getClusterIP()))
                : spec.getClusterIPs();
        return ips.stream().filter(ip -> !ip.isEmpty() && !ip.equals("None")).toList();
    }

    private static TrafficDistribution distribution(ServiceSpec spec, ObjectMeta meta) {
        TrafficDistribution said = TrafficDistribution.parse(spec.getTrafficDistribution());
        Map<String, String> annotations = orEmpty(meta.getAnnotations());
        return said == TrafficDistribution.ANY
                ? TrafficDistribution.parse(annotations.get(TrafficDistribution.ANNOTATION))
                : said;
    }

    private List<String> exportTo(ObjectMeta meta) {
        String annotation =
                meta.getAnnotations() == null ? null : meta.getAnnotations().get(EXPORT_TO);
        return annotation == null || annotation.isBlank()
                ? defaultExportTo
                : List.of(annotation.trim().split("\\s*,\\s*"));
    }

    static Instant created(ObjectMeta meta) {
        String text = meta.getCreationTimestamp();
        if (text == null || text.isEmpty()) {
            return Instant.EPOCH;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String orTcp(@Nullable String transport) {
        return transport == null || transport.isEmpty() ? "TCP" : transport;
    }
}
