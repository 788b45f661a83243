package dev.lateen.istiod.translate.view;

import dev.lateen.api.mesh.ProxySettings.InterceptionMode;
import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.FollowedSettings;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.model.TelemetryRules;
import dev.lateen.istiod.model.WorkloadScope;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.Topology;
import dev.lateen.istiod.registry.WorkloadInstance;
import dev.lateen.istiod.translate.resource.Protos;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A proxy and what it may see, as all translators look at it.
 *
 * @param snapshot the mesh
 * @param scope what of it this proxy sees
 * @param node who it is
 * @param client what it understands
 */
public record ProxyView(MeshSnapshot snapshot, WorkloadScope scope, ProxyNode node, ClientKind client) {

    /** What a proxy sees of a snapshot. */
    public static ProxyView of(MeshSnapshot snapshot, ProxyNode node) {
        ProxyNode placed =
                node.locality().equals(ProxyNode.Locality.UNKNOWN) ? node.at(locality(snapshot, node)) : node;
        return new ProxyView(snapshot, snapshot.scope(placed), placed, ClientKind.of(placed));
    }

    // Where a proxy does not say where it runs its label does, else what the registry knows of its workload.
    private static ProxyNode.Locality locality(MeshSnapshot snapshot, ProxyNode node) {
        String label = node.labels().getOrDefault(Topology.LOCALITY, "");
        String known = Topology.locality(label);
        return ProxyNode.Locality.parse(
                known.isEmpty()
                        ? registered(snapshot, node, each -> each.place().locality())
                        : known);
    }

    private static String registered(
            MeshSnapshot snapshot, ProxyNode node, Function<WorkloadInstance, String> property) {
        return node.addresses().stream()
                .flatMap(address -> snapshot.registry().workloadsAt(address).stream())
                .map(property)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Whether it is a gateway. */
    public boolean gateway() {
        return node.role() == ProxyNode.Role.ROUTER;
    }

    /** Whether it passes the mesh's TLS on by the name alone that is asked for, to clusters that are named as those names are. */
    public boolean passesThroughByName() {
        return gateway()
                && snapshot.gateways(node.labels()).stream()
                        .flatMap(gateway -> gateway.spec().servers().stream())
                        .anyMatch(server ->
                                server.tls() != null && server.tls().mode() == ServerTls.Mode.AUTO_PASSTHROUGH);
    }

    /** Whether nothing redirects connections to the proxy, so that its listeners bind real ports. */
    public boolean withoutInterception() {
        return interception() == InterceptionMode.NONE;
    }

    /** How connections get to the proxy. By TPROXY what comes in keeps its addresses. */
    public InterceptionMode interception() {
        if (node.applicationAddress() != null) {
            return InterceptionMode.NONE;
        }
        return switch (node.text(NodeMetadata.INTERCEPTION_MODE)) {
            case "NONE" -> InterceptionMode.NONE;
            case "TPROXY" -> InterceptionMode.TPROXY;
            case null, default -> InterceptionMode.REDIRECT;
        };
    }

    /** The port of the listener for applications that are told to use a proxy; 0 for none. */
    public int httpProxyPort() {
        String own = node.text(NodeMetadata.HTTP_PROXY_PORT);
        if (own == null) {
            return snapshot.mesh().listeners().proxyHttpPort();
        }
        boolean number = !own.isEmpty() && own.length() <= 5 && own.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Integer.parseInt(own) : 0;
    }

    /** What this proxy reports of its work. */
    public TelemetryRules telemetry() {
        return snapshot.telemetry(node);
    }

    /** Its start-up settings, as far as what it is sent depends on them. */
    public FollowedSettings settings() {
        return snapshot.settings(node);
    }

    /** Whether the proxy has listeners at such an address: our own has none at sockets in the file system. */
    public boolean canListenOn(String bind) {
        return client != ClientKind.LATEEN || !bind.startsWith(Protos.SOCKET);
    }

    /** Whether it answers the DNS questions of its application. */
    public boolean answersDns() {
        Object capture = node.metadata().get(NodeMetadata.DNS_CAPTURE);
        return Boolean.TRUE.equals(capture) || "true".equals(capture);
    }

    /** The proxy's cluster. */
    public String clusterId() {
        return or(node.text(NodeMetadata.CLUSTER_ID), "Kubernetes");
    }

    /** The proxy's mesh. */
    public String meshId() {
        return or(node.text(NodeMetadata.MESH_ID), snapshot.mesh().trustDomain());
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }

    /** The virtual addresses under which this proxy meets a service. */
    public List<String> addresses(Service service) {
        if (service.autoAddress().isEmpty() || !answersDns()) {
            return service.addresses();
        }
        List<String> all = new ArrayList<>(service.addresses());
        all.add(service.autoAddress());
        return all;
    }

    /** The host itself, or what it stands for if it is another name ({@code ExternalName}). */
    public String concreteHost(String host) {
        return scope.service(host)
                .filter(s -> s.resolution() == Resolution.ALIAS && !leadsOutside(s))
                .map(Service::externalName)
                .orElse(host);
    }

    /**
     * Whether a service is another name of a host that no registry knows, and this proxy has to find it. Behind interception the application has asked
     * DNS for it and the connection goes where it was on its way.
     */
    public boolean leadsOutside(Service service) {
        return service.resolution() == Resolution.ALIAS
                && withoutInterception()
                && scope.allowsUnknownHosts()
                && scope.service(service.externalName()).isEmpty();
    }

    /**
     * The pods of a headless service that have names of their own, as a StatefulSet's have: without interception a name is all that tells which pod a
     * client means, so each is a host.
     */
    public List<String> namedPods(Service service) {
        if (!service.headless() || !withoutInterception() || gateway()) {
            return List.of();
        }
        return service.ports().stream()
                .flatMap(port -> snapshot.registry().endpoints(service, port).stream())
                .map(ServiceEndpoint::workload)
                .filter(w -> w.namespace().equals(service.namespace()) && isStateful(w))
                .map(WorkloadInstance::name)
                .distinct()
                .toList();
    }

    private static boolean isStateful(WorkloadInstance workload) {
        String name = workload.name();
        int dash = name.lastIndexOf('-');
        return dash > 0
                && dash + 1 < name.length()
                && name.substring(0, dash).equals(workload.identity().workloadName())
                && name.substring(dash + 1).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** What this proxy has under the labels by which some endpoints are preferred to others. */
    public Map<String, String> preferenceLabels() {
        Set<String> names = snapshot.preferenceLabels();
        if (names.isEmpty()) {
            return Map.of();
        }
        Map<String, String> own = node.labels();
        Map<String, String> labels = new HashMap<>();
        for (String name : names) {
            labels.put(
                    name,
                    switch (name) {
                        case Topology.REGION -> node.locality().region();
                        case Topology.ZONE -> node.locality().zone();
                        case Topology.SUB_ZONE -> node.locality().subZone();
                        case Topology.CLUSTER -> clusterId();
                        case Topology.NETWORK -> or(node.text("NETWORK"), own.getOrDefault(name, ""));
                        case Topology.HOSTNAME ->
                            or(
                                    node.text("NODE_NAME"),
                                    or(
                                            own.get(name),
                                            registered(
                                                    snapshot,
                                                    node,
                                                    each -> each.place().nodeName())));
                        default -> own.getOrDefault(name, "");
                    });
        }
        return Map.copyOf(labels);
    }

    /** Where connections to hosts go that no service declares, if they may go anywhere. */
    public String unknownHostsCluster() {
        Resource<Sidecar> sidecar = scope.sidecar();
        Destination proxy = sidecar == null || sidecar.spec().outboundTrafficPolicy() == null
                ? null
                : sidecar.spec().outboundTrafficPolicy().egressProxy();
        if (sidecar == null || proxy == null) {
            return WellKnown.PASSTHROUGH_CLUSTER;
        }
        int port = proxy.port() == null || proxy.port().number() == null
                ? 0
                : proxy.port().number();
        String host = Hosts.resolve(proxy.host(), sidecar.namespace());
        return ClusterName.outbound(port, proxy.subset(), host).toString();
    }
}
