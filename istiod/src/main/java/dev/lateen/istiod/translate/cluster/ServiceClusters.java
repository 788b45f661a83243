package dev.lateen.istiod.translate.cluster;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.TrafficPolicy.ClientTls;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.model.PeerPolicies;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.resource.SameObject;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.tls.TransportSockets;
import dev.lateen.istiod.translate.tls.XdsSources;
import dev.lateen.istiod.translate.view.EffectivePolicy;
import dev.lateen.istiod.translate.view.LocalityChoice;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One service as upstream clusters: one for each port, and one more for each subset. A function of its key alone. */
public final class ServiceClusters {
    /**
     * All that the clusters of a service are made from. What doesn't show in them is empty, so that it makes no difference.
     *
     * @param service the service
     * @param rule what its clients are told of it; null if nothing is
     * @param mesh the mesh's configuration
     * @param names the identities that may serve it, sorted
     * @param ports its endpoints by port, in the order of its ports, where they stand in the cluster; else empty
     * @param pods those of its pods that are hosts of their own, by name
     * @param acceptsMutualTls whether its namespace takes mutual TLS
     * @param client who asks
     * @param inline what shows in endpoints that stand in the cluster; null where none do
     */
    public record Key(
            SameObject<Service> service,
            @Nullable SameObject<MergedRule> rule,
            SameObject<MeshConfig> mesh,
            List<String> names,
            List<SameObject<List<ServiceEndpoint>>> ports,
            List<String> pods,
            boolean acceptsMutualTls,
            ClusterClient client,
            EndpointTranslator.@Nullable EndpointClient inline) {

        static Key of(ProxyView view, ClusterClient client, Service service) {
            MergedRule rule = view.scope().destinationRule(service);
            boolean inline = isInline(service);
            List<SameObject<List<ServiceEndpoint>>> ports = inline || service.headless()
                    ? service.ports().stream()
                            .map(p ->
                                    new SameObject<>(view.snapshot().registry().endpoints(service, p)))
                            .toList()
                    : List.of();
            PeerPolicies peers = view.snapshot().peerPolicies();
            return new Key(
                    new SameObject<>(service),
                    rule == null ? null : new SameObject<>(rule),
                    new SameObject<>(view.snapshot().mesh()),
                    subjectAltNames(view, service),
                    ports,
                    view.namedPods(service),
                    peers.inboundTls(service.namespace(), Map.of()).mode() != Mode.DISABLE,
                    client,
                    inline ? EndpointTranslator.EndpointClient.of(view) : null);
        }

        private static boolean isInline(Service service) {
            return service.resolution() == Resolution.DNS
                    || service.resolution() == Resolution.DNS_ROUND_ROBIN
                    || service.resolution() == Resolution.ALIAS;
        }

        private static List<String> subjectAltNames(ProxyView view, Service service) {
            TreeSet<String> names = new TreeSet<>(service.subjectAltNames());
            if (!service.external()) {
                names.addAll(view.snapshot()
                        .registry()
                        .serviceAccounts(service, view.snapshot().mesh().trustDomain()));
            }
            return List.copyOf(names);
        }
    }

    private final Key key;
    private final Service service;
    private final @Nullable MergedRule rule;
    private final MeshConfig mesh;
    private final ClusterClient client;
    private final ClusterPolicy policies;
    private final ClusterDiscovery discovery;

    private ServiceClusters(Key key) {
        this.key = key;
        this.service = key.service().of();
        this.rule = key.rule() == null ? null : key.rule().of();
        this.mesh = key.mesh().of();
        this.client = key.client();
        this.policies = new ClusterPolicy(mesh);
        this.discovery = new ClusterDiscovery(mesh, client);
    }

    /** The clusters of one service: of its ports and their subsets. */
    public static List<XdsResource> make(Key key) {
        return new ServiceClusters(key).all();
    }

    private List<XdsResource> all() {
        List<XdsResource> clusters = new ArrayList<>();
        for (ServicePort port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            Cluster whole = outbound(port, null, false);
            add(clusters, whole);
            if (client.passesThroughByName() && !service.external()) {
                passedThrough(clusters, port);
            }
            if (whole != null) {
                for (String pod : key.pods()) {
                    add(clusters, ofPod(whole, ClusterName.outbound(port.number(), pod + "." + service.hostname())));
                }
            }
            if (rule != null) {
                for (DestinationRule.Subset subset : rule.subsets()) {
                    add(clusters, outbound(port, subset, false));
                }
            }
        }
        return List.copyOf(clusters);
    }

    /** The same clusters once more under the names that TLS asks for, for connections that bring their own TLS. */
    private void passedThrough(List<XdsResource> clusters, ServicePort port) {
        add(clusters, outbound(port, null, true));
        if (rule != null) {
            for (DestinationRule.Subset subset : rule.subsets()) {
                add(clusters, outbound(port, subset, true));
            }
        }
    }

    /** All as for the service, but for the endpoint. */
    private static Cluster ofPod(Cluster service, ClusterName name) {
        return service.toBuilder()
                .setName(name.toString())
                .setAltStatName(name + ";")
                .setEdsClusterConfig(service.getEdsClusterConfig().toBuilder().setServiceName(name.toString()))
                .build();
    }

    private static void add(List<XdsResource> clusters, @Nullable Cluster cluster) {
        if (cluster != null) {
            clusters.add(Protos.resource(cluster.getName(), cluster));
        }
    }

    private @Nullable Cluster outbound(
            ServicePort port, DestinationRule.@Nullable Subset subset, boolean passedThrough) {
        ClusterName target =
                ClusterName.outbound(port.number(), subset == null ? "" : subset.name(), service.hostname());
        String name = passedThrough ? target.sni() : target.toString();
        EffectivePolicy policy = policies.effective(rule, subset, port.number());
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setAltStatName(name + ";")
                .setMetadata(ClusterTranslator.metadata(List.of(service), rule, subset));
        discovery.of(cluster, service);
        policies.connectionPool(cluster, policy.connectionPool(), policy.retryBudget());
        policies.outlierDetection(cluster, policy.outlierDetection());
        policies.loadBalancer(cluster, service, policy);
        if (cluster.getType() == Cluster.DiscoveryType.STRICT_DNS
                || cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS) {
            if (!inlineEndpoints(cluster, name, port, subset, policy, passedThrough)) {
                return null;
            }
        } else if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            cluster.setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                    .setEdsConfig(XdsSources.ADS)
                    .setServiceName(name));
        }
        boolean http2 = policies.http2(port, policy.connectionPool());
        boolean originates = !passedThrough && transport(cluster, target, policy, http2);
        if (!passedThrough) {
            proxyProtocol(cluster, policy);
        }
        boolean autoSni =
                originates && policy.tls() != null && policy.tls().sni().isEmpty();
        boolean verifies =
                policy.tls() != null && !Boolean.TRUE.equals(policy.tls().insecureSkipVerify());
        boolean autoSan = autoSni
                && verifies
                && policy.tls() != null
                && policy.tls().subjectAltNames().isEmpty();
        policies.httpOptions(cluster, port, policy.connectionPool(), http2, autoSni, autoSan);
        return cluster.build();
    }

    private static void proxyProtocol(Cluster.Builder cluster, EffectivePolicy policy) {
        if (policy.proxyProtocol() == null) {
            return;
        }
        if (cluster.getTransportSocketMatchesCount() == 0) {
            TransportSocket inner =
                    cluster.hasTransportSocket() ? cluster.getTransportSocket() : TransportSockets.PLAIN;
            cluster.setTransportSocket(TransportSockets.proxied(inner, policy.proxyProtocol()));
        }
        for (Cluster.TransportSocketMatch.Builder match : cluster.getTransportSocketMatchesBuilderList()) {
            match.setTransportSocket(TransportSockets.proxied(match.getTransportSocket(), policy.proxyProtocol()));
        }
    }

    private boolean inlineEndpoints(
            Cluster.Builder cluster,
            String name,
            ServicePort port,
            DestinationRule.@Nullable Subset subset,
            EffectivePolicy policy,
            boolean mutualTlsOnly) {
        // Envoy takes one endpoint only for LOGICAL_DNS.
        boolean firstOnly = cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS;
        Map<String, String> labels = subset == null ? Map.of() : subset.labels();
        ClusterLoadAssignment assignment = EndpointTranslator.loadAssignment(new EndpointTranslator.Request(
                name,
                key.ports().get(service.ports().indexOf(port)),
                new EndpointTranslator.Which(
                        "", labels, service.servesNotReady(), false, mutualTlsOnly, false, firstOnly),
                LocalityChoice.of(mesh, service, policy),
                Objects.requireNonNull(key.inline(), "endpoints that stand in the cluster")));
        if (assignment.getEndpointsCount() == 0) {
            return false;
        }
        cluster.setLoadAssignment(assignment);
        return true;
    }

    /** Puts TLS in; true if it is TLS that the user asked for towards a server outside the mesh. */
    private boolean transport(Cluster.Builder cluster, ClusterName name, EffectivePolicy policy, boolean http2) {
        ClientTls tls = policy.tls();
        if (tls == null) {
            automaticTls(cluster, name, http2);
            return false;
        }
        return switch (tls.mode()) {
            case DISABLE -> false;
            case ISTIO_MUTUAL -> {
                String sni = tls.sni().isEmpty() ? name.sni() : tls.sni();
                List<String> names = tls.subjectAltNames().isEmpty() ? key.names() : tls.subjectAltNames();
                cluster.setTransportSocket(TransportSockets.mutual(sni, names, http2, client.kind()));
                yield false;
            }
            case SIMPLE, MUTUAL -> originate(cluster, tls, http2);
        };
    }

    private boolean originate(Cluster.Builder cluster, ClientTls tls, boolean http2) {
        // A credential named by a rule for everybody would have to be in every sidecar's hands.
        boolean tooWide =
                !tls.credentialName().isEmpty() && !client.gateway() && (rule == null || rule.selector() == null);
        boolean incomplete = tls.mode() == ClientTls.Mode.MUTUAL
                && tls.credentialName().isEmpty()
                && (tls.clientCertificate().isEmpty() || tls.privateKey().isEmpty());
        if (tooWide || incomplete) {
            return false;
        }
        boolean names = !service.kubernetes() && tls.subjectAltNames().isEmpty();
        cluster.setTransportSocket(TransportSockets.origination(
                tls,
                names ? key.names() : tls.subjectAltNames(),
                http2,
                mesh.security().tlsDefaults()));
        return true;
    }

    private void automaticTls(Cluster.Builder cluster, ClusterName name, boolean http2) {
        if (service.external() || !mesh.security().enableAutoMtls() || !key.acceptsMutualTls()) {
            return;
        }
        TransportSocket mutual = TransportSockets.mutual(name.sni(), key.names(), http2, client.kind());
        if (cluster.getType() != Cluster.DiscoveryType.ORIGINAL_DST) {
            cluster.addAllTransportSocketMatches(TransportSockets.automatic(mutual));
        } else if (allHaveSidecars()) {
            // No endpoint metadata to match on, so it is all or nothing.
            cluster.setTransportSocket(mutual);
        }
    }

    private boolean allHaveSidecars() {
        List<ServiceEndpoint> all =
                key.ports().stream().flatMap(port -> port.of().stream()).toList();
        return service.headless()
                && !all.isEmpty()
                && all.stream().allMatch(e -> e.workload().identity().mutualTls());
    }
}
