package dev.lateen.istiod.translate;

import com.google.protobuf.Value;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.TrafficPolicy.ClientTls;
import dev.lateen.api.security.PeerAuthentication.MutualTls.Mode;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.WellKnown;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Services as upstream clusters: one for each port, and one more for each subset. */
final class ClusterTranslator {
    private final ProxyView view;
    private final ClusterPolicy policies;
    private final EndpointTranslator endpoints;
    private final ClusterDiscovery discovery;
    private final Memo<List<XdsResource>> memo;
    private final boolean passesThroughByName;

    /** What the clusters of one service depend on. */
    private record Key(
            Identity service,
            Identity rule,
            Identity mesh,
            List<String> names,
            List<Identity> endpoints,
            ClientKind client,
            Object locality,
            boolean withoutInterception,
            boolean gateway,
            boolean passedThrough,
            boolean mutual) {}

    ClusterTranslator(ProxyView view, Memo<List<XdsResource>> memo) {
        this.view = view;
        this.memo = memo;
        this.policies = new ClusterPolicy(view.snapshot().mesh());
        this.endpoints = new EndpointTranslator(view.snapshot());
        this.discovery = new ClusterDiscovery(view);
        this.passesThroughByName = view.passesThroughByName();
    }

    /** The clusters towards all services that the proxy sees; the same for all proxies of its kind and scope. */
    List<XdsResource> outbound() {
        List<XdsResource> clusters = new ArrayList<>();
        for (Service service : view.scope().services()) {
            if (service.resolution() != Resolution.ALIAS || view.leadsOutside(service)) {
                clusters.addAll(memo.get(key(service), () -> outbound(service)));
            }
        }
        clusters.add(blackHole());
        if (!view.gateway()) {
            clusters.add(passthrough());
        }
        return clusters;
    }

    private Key key(Service service) {
        MergedRule rule = view.scope().destinationRule(service);
        boolean inline = service.resolution() == Resolution.DNS
                || service.resolution() == Resolution.DNS_ROUND_ROBIN
                || service.resolution() == Resolution.ALIAS;
        List<Identity> lists = inline || service.headless()
                ? service.ports().stream()
                        .map(p -> new Identity(view.snapshot().registry().endpoints(service, p)))
                        .toList()
                : List.of();
        return new Key(
                new Identity(service),
                new Identity(rule == null ? "" : rule),
                new Identity(view.snapshot().mesh()),
                subjectAltNames(service),
                lists,
                view.client(),
                inline ? List.of(view.node().locality(), view.preferenceLabels()) : "",
                view.withoutInterception(),
                view.gateway(),
                passesThroughByName,
                acceptsMutualTls(service));
    }

    private List<XdsResource> outbound(Service service) {
        List<XdsResource> clusters = new ArrayList<>();
        MergedRule rule = view.scope().destinationRule(service);
        for (ServicePort port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            Cluster whole = outbound(service, port, rule, null);
            add(clusters, whole);
            if (passesThroughByName && !service.external()) {
                passedThrough(clusters, service, port, rule);
            }
            for (String pod : whole == null ? List.<String>of() : view.namedPods(service)) {
                add(clusters, ofPod(whole, ClusterName.outbound(port.number(), pod + "." + service.hostname())));
            }
            if (rule != null) {
                for (DestinationRule.Subset subset : rule.subsets()) {
                    add(clusters, outbound(service, port, rule, subset));
                }
            }
        }
        return List.copyOf(clusters);
    }

    /** The same clusters once more under the names that TLS asks for, for connections that bring their own TLS. */
    private void passedThrough(
            List<XdsResource> clusters, Service service, ServicePort port, @Nullable MergedRule rule) {
        add(clusters, outbound(service, port, rule, null, true));
        if (rule != null) {
            for (DestinationRule.Subset subset : rule.subsets()) {
                add(clusters, outbound(service, port, rule, subset, true));
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
            Service service, ServicePort port, @Nullable MergedRule rule, DestinationRule.@Nullable Subset subset) {
        return outbound(service, port, rule, subset, false);
    }

    private @Nullable Cluster outbound(
            Service service,
            ServicePort port,
            @Nullable MergedRule rule,
            DestinationRule.@Nullable Subset subset,
            boolean passedThrough) {
        ClusterName target =
                ClusterName.outbound(port.number(), subset == null ? "" : subset.name(), service.hostname());
        String name = passedThrough ? target.sni() : target.toString();
        EffectivePolicy policy = policies.effective(rule, subset, port.number());
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setAltStatName(name + ";")
                .setMetadata(metadata(List.of(service), rule, subset));
        discovery.of(cluster, service);
        policies.connectionPool(cluster, policy.connectionPool(), policy.retryBudget());
        policies.outlierDetection(cluster, policy.outlierDetection());
        policies.loadBalancer(cluster, service, policy);
        if (cluster.getType() == Cluster.DiscoveryType.STRICT_DNS
                || cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS) {
            if (!inlineEndpoints(cluster, name, service, port, subset, policy, passedThrough)) {
                return null;
            }
        } else if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            cluster.setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                    .setEdsConfig(ConfigSources.ADS)
                    .setServiceName(name));
        }
        boolean http2 = policies.http2(port, policy.connectionPool());
        boolean originates = !passedThrough && transport(cluster, service, target, policy, rule, http2);
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
            Service service,
            ServicePort port,
            DestinationRule.@Nullable Subset subset,
            EffectivePolicy policy,
            boolean mutualTlsOnly) {
        List<ServiceEndpoint> known = view.snapshot().registry().endpoints(service, port);
        // Envoy takes one endpoint only for LOGICAL_DNS.
        List<ServiceEndpoint> used = cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS && known.size() > 1
                ? known.subList(0, 1)
                : known;
        ClusterLoadAssignment assignment = endpoints.loadAssignment(new EndpointTranslator.Request(
                name,
                used,
                subset == null ? Map.of() : subset.labels(),
                view.node().locality(),
                view.preferenceLabels(),
                LocalityChoice.of(view.snapshot().mesh(), service, policy),
                service.servesNotReady(),
                false,
                mutualTlsOnly));
        if (assignment.getEndpointsCount() == 0) {
            return false;
        }
        cluster.setLoadAssignment(assignment);
        return true;
    }

    /** Puts TLS in; true if it is TLS that the user asked for towards a server outside the mesh. */
    private boolean transport(
            Cluster.Builder cluster,
            Service service,
            ClusterName name,
            EffectivePolicy policy,
            @Nullable MergedRule rule,
            boolean http2) {
        ClientTls tls = policy.tls();
        if (tls == null) {
            automaticTls(cluster, service, name, http2);
            return false;
        }
        return switch (tls.mode()) {
            case DISABLE -> false;
            case ISTIO_MUTUAL -> {
                String sni = tls.sni().isEmpty() ? name.sni() : tls.sni();
                List<String> names = tls.subjectAltNames().isEmpty() ? subjectAltNames(service) : tls.subjectAltNames();
                cluster.setTransportSocket(TransportSockets.mutual(sni, names, http2, view.client()));
                yield false;
            }
            case SIMPLE, MUTUAL -> originate(cluster, service, tls, rule, http2);
        };
    }

    private boolean originate(
            Cluster.Builder cluster, Service service, ClientTls tls, @Nullable MergedRule rule, boolean http2) {
        // A credential named by a rule for everybody would have to be in every sidecar's hands.
        boolean tooWide =
                !tls.credentialName().isEmpty() && !view.gateway() && (rule == null || rule.selector() == null);
        boolean incomplete = tls.mode() == ClientTls.Mode.MUTUAL
                && tls.credentialName().isEmpty()
                && (tls.clientCertificate().isEmpty() || tls.privateKey().isEmpty());
        if (tooWide || incomplete) {
            return false;
        }
        boolean names = !service.kubernetes() && tls.subjectAltNames().isEmpty();
        cluster.setTransportSocket(TransportSockets.origination(
                tls,
                names ? subjectAltNames(service) : tls.subjectAltNames(),
                http2,
                view.snapshot().mesh().tlsDefaults()));
        return true;
    }

    private void automaticTls(Cluster.Builder cluster, Service service, ClusterName name, boolean http2) {
        if (service.external() || !view.snapshot().mesh().enableAutoMtls() || !acceptsMutualTls(service)) {
            return;
        }
        TransportSocket mutual = TransportSockets.mutual(name.sni(), subjectAltNames(service), http2, view.client());
        if (cluster.getType() != Cluster.DiscoveryType.ORIGINAL_DST) {
            cluster.addAllTransportSocketMatches(TransportSockets.automatic(mutual));
        } else if (allHaveSidecars(service)) {
            // No endpoint metadata to match on, so it is all or nothing.
            cluster.setTransportSocket(mutual);
        }
    }

    private boolean acceptsMutualTls(Service service) {
        return view.snapshot().inboundTls(service.namespace(), Map.of()).mode() != Mode.DISABLE;
    }

    private boolean allHaveSidecars(Service service) {
        List<ServiceEndpoint> all = service.ports().stream()
                .flatMap(p -> view.snapshot().registry().endpoints(service, p).stream())
                .toList();
        return service.headless()
                && !all.isEmpty()
                && all.stream().allMatch(e -> e.workload().mutualTls());
    }

    private List<String> subjectAltNames(Service service) {
        TreeSet<String> names = new TreeSet<>(service.subjectAltNames());
        if (!service.external()) {
            names.addAll(view.snapshot()
                    .registry()
                    .serviceAccounts(service, view.snapshot().mesh().trustDomain()));
        }
        return List.copyOf(names);
    }

    /** The clusters towards the workload's own application. */
    List<XdsResource> inbound(List<InboundPort> ports) {
        if (view.gateway()) {
            return List.of();
        }
        List<XdsResource> clusters = new ArrayList<>();
        for (InboundPort port : ports) {
            Cluster cluster = new InboundCluster(view, policies).cluster(port);
            clusters.add(Protos.resource(cluster.getName(), cluster));
        }
        if (!view.withoutInterception()) {
            clusters.add(inboundPassthrough());
        }
        return clusters;
    }

    static Metadata metadata(
            List<Service> services, @Nullable MergedRule rule, DestinationRule.@Nullable Subset subset) {
        Map<String, Value> fields = new HashMap<>();
        if (rule != null) {
            fields.put("config", Protos.text(Protos.path(rule.key())));
        }
        if (subset != null) {
            fields.put("subset", Protos.text(subset.name()));
        }
        if (services.stream().anyMatch(Service::external)) {
            fields.put("external", Value.newBuilder().setBoolValue(true).build());
        }
        if (!services.isEmpty()) {
            fields.put(
                    "services",
                    Protos.list(services.stream()
                            .map(s -> Protos.value(Protos.struct(Map.of(
                                    "host", Protos.text(s.hostname()),
                                    "name", Protos.text(s.name()),
                                    "namespace", Protos.text(s.namespace())))))
                            .toList()));
        }
        return Metadata.newBuilder()
                .putFilterMetadata("istio", Protos.struct(fields))
                .build();
    }

    private XdsResource blackHole() {
        Cluster cluster = Cluster.newBuilder()
                .setName(WellKnown.BLACK_HOLE_CLUSTER)
                .setAltStatName(WellKnown.BLACK_HOLE_CLUSTER + ";")
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(view.snapshot().mesh().connectTimeout()))
                .build();
        return Protos.resource(cluster.getName(), cluster);
    }

    // Both pass-through clusters count under the outbound one's name, as Istio's do.
    private Cluster.Builder originalDestination(String name) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setAltStatName(WellKnown.PASSTHROUGH_CLUSTER + ";")
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .setConnectTimeout(Protos.duration(view.snapshot().mesh().connectTimeout()))
                .setCircuitBreakers(ClusterPolicy.noLimits());
        discovery.wherever(cluster);
        ClusterPolicy.asTheClient(cluster);
        return cluster;
    }

    private XdsResource passthrough() {
        Cluster.Builder cluster = originalDestination(WellKnown.PASSTHROUGH_CLUSTER);
        policies.baseline(cluster);
        return Protos.resource(WellKnown.PASSTHROUGH_CLUSTER, cluster.build());
    }

    private XdsResource inboundPassthrough() {
        Cluster cluster = originalDestination(WellKnown.INBOUND_PASSTHROUGH_CLUSTER)
                .setUpstreamBindConfig(InboundCluster.OWN_SOURCE)
                .build();
        return Protos.resource(cluster.getName(), cluster);
    }
}
