package dev.lateen.istiod.translate;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings.InterceptionMode;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.TrafficPolicy.ClientTls;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.FollowedSettings;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.PeerPolicies;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.model.WorkloadScope;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import dev.lateen.istiod.translate.cluster.ClusterTranslator;
import dev.lateen.istiod.translate.cluster.EndpointTranslator;
import dev.lateen.istiod.translate.cluster.ServiceClusters;
import dev.lateen.istiod.translate.listener.ListenerTranslator;
import dev.lateen.istiod.translate.names.NameEntries;
import dev.lateen.istiod.translate.resource.Answers;
import dev.lateen.istiod.translate.resource.Interner;
import dev.lateen.istiod.translate.resource.Memo;
import dev.lateen.istiod.translate.resource.SameObject;
import dev.lateen.istiod.translate.resource.XdsResource;
import dev.lateen.istiod.translate.route.RouteTranslator;
import dev.lateen.istiod.translate.tls.SecretTranslator;
import dev.lateen.istiod.translate.view.ClientKind;
import dev.lateen.istiod.translate.view.EffectivePolicy;
import dev.lateen.istiod.translate.view.InboundPort;
import dev.lateen.istiod.translate.view.LocalityChoice;
import dev.lateen.istiod.translate.view.ProxyView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What one proxy gets of one snapshot. Each answer is looked up by what it depends on before it is made. */
final class ProxyTranslation implements Translation {
    private final ProxyView view;
    private final Answers answers;
    private final Memo<ServiceClusters.Key, List<XdsResource>> clusterMemo;
    private final Memo<EndpointTranslator.Request, XdsResource> endpointMemo;
    private final Interner interner;
    private final Facts facts;
    private final Routed routed;
    private final Lineage lineage;
    private final RouteTranslator routes;
    private final boolean passesThroughByName;
    private final EndpointTranslator.EndpointClient endpointClient;
    /** Of types that are asked for as a whole, when one is asked for by its name. */
    private final Map<String, Map<String, XdsResource>> byName = new ConcurrentHashMap<>();

    private volatile @Nullable Own own;

    /** What of a proxy shows in what it is sent of others. */
    private record Client(
            ClientKind kind,
            FollowedSettings settings,
            ProxyNode.Role role,
            ProxyNode.Locality locality,
            Map<String, String> preferenceLabels,
            InterceptionMode interception,
            int httpProxyPort,
            boolean answersDns,
            List<String> gatewayAddresses,
            Map<String, String> gatewayLabels) {}

    /**
     * What of a snapshot shows in all types; parts of it by their identity, which stays as long as they say the same.
     *
     * @param calls the services that the proxy may call, and the rules for that
     * @param shown what of services and of who serves them shows elsewhere than in endpoints
     */
    private record Facts(
            Client client,
            SameObject<Object> calls,
            SameObject<Object> shown,
            SameObject<MeshConfig> mesh,
            SameObject<List<?>> gateways,
            SameObject<PeerPolicies> peers) {}

    /** What routes depend on: all that the proxy sees. */
    private record Routed(Facts facts, SameObject<WorkloadScope> scope) {}

    /** Proxies that see the same of any one snapshot. */
    private record Lineage(
            Client client,
            String namespace,
            Map<String, String> labels,
            SameObject<@Nullable Resource<Sidecar>> sidecar) {}

    /**
     * What listeners depend on.
     *
     * @param scope what the proxy sees, if that is narrowed, or if it is a gateway
     * @param connections rules for connections, as against requests
     * @param policies who may call whom, and what is reported of it
     */
    private record Listened(
            Facts facts,
            @Nullable SameObject<WorkloadScope> scope,
            SameObject<Object> connections,
            List<SameObject<?>> policies) {}

    /** What the proxy's own side depends on: the workload's labels, ports and, where they show, addresses. */
    private record Own(
            Map<String, String> labels,
            List<String> addresses,
            String applicationAddress,
            String bindAddress,
            String meshId,
            String clusterId,
            List<Object> inbound) {}

    private record Whole(Object outbound, Own own) {}

    private record Named(Lineage lineage, NameEntries.Client client) {}

    private record Asked(String type, String name, Object by) {}

    ProxyTranslation(
            ProxyView view,
            Answers answers,
            Memo<ServiceClusters.Key, List<XdsResource>> clusterMemo,
            Memo<EndpointTranslator.Request, XdsResource> endpointMemo,
            Interner interner) {
        this.view = view;
        this.answers = answers;
        this.clusterMemo = clusterMemo;
        this.endpointMemo = endpointMemo;
        this.interner = interner;
        this.passesThroughByName = view.passesThroughByName();
        this.endpointClient = EndpointTranslator.EndpointClient.of(view);
        ProxyNode node = view.node();
        Client client = new Client(
                view.client(),
                view.settings(),
                node.role(),
                node.locality(),
                view.preferenceLabels(),
                view.interception(),
                view.httpProxyPort(),
                view.answersDns(),
                view.gateway() ? node.addresses() : List.of(),
                view.gateway() ? node.labels() : Map.of());
        MeshSnapshot snapshot = view.snapshot();
        this.facts = new Facts(
                client,
                new SameObject<>(view.scope().calls()),
                new SameObject<>(snapshot.registry().shown()),
                new SameObject<>(snapshot.mesh()),
                new SameObject<>(view.gateway() ? snapshot.all(Gateway.class) : List.of()),
                new SameObject<>(snapshot.peerPolicies()));
        this.routed = new Routed(facts, new SameObject<>(view.scope()));
        this.lineage = new Lineage(
                client,
                view.scope().namespace(),
                view.scope().labels(),
                new SameObject<>(view.scope().sidecar()));
        this.routes = new RouteTranslator(view, answers, interner, lineage, routed);
    }

    private Listened listened() {
        MeshSnapshot snapshot = view.snapshot();
        boolean byScope = view.gateway() || view.scope().sidecar() != null;
        return new Listened(
                facts,
                byScope ? new SameObject<>(view.scope()) : null,
                new SameObject<>(snapshot.connectionRules()),
                List.of(
                        new SameObject<>(snapshot.all(AuthorizationPolicy.class)),
                        new SameObject<>(snapshot.all(RequestAuthentication.class)),
                        new SameObject<>(snapshot.tokenKeys().fetched()),
                        new SameObject<>(snapshot.all(Telemetry.class))));
    }

    private Own own() {
        Own known = own;
        if (known == null) {
            known = makeOwn();
            own = known;
        }
        return known;
    }

    private Own makeOwn() {
        ProxyNode node = view.node();
        List<Object> inbound = new ArrayList<>();
        if (!view.gateway()) {
            for (InboundPort port : InboundPort.of(view)) {
                inbound.add(port.port());
                port.services().forEach(s -> inbound.add(new SameObject<>(s)));
            }
        }
        // Listeners for the pods of a headless service leave the proxy's own pod out.
        boolean showsAddress =
                view.withoutInterception() || view.gateway() || view.scope().listsPods();
        return new Own(
                node.labels(),
                showsAddress ? node.addresses() : List.of(),
                or(node.applicationAddress()),
                or(node.bindAddress()),
                view.meshId(),
                view.clusterId(),
                inbound);
    }

    private static String or(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Override
    public List<XdsResource> all(String typeUrl) {
        return switch (typeUrl) {
            case TypeUrls.CLUSTER ->
                answers.list(new Asked(typeUrl, "", new Whole(facts, own())), () -> interner.all(clusters()));
            case TypeUrls.LISTENER ->
                answers.list(
                        new Asked(typeUrl, "", new Whole(listened(), own())),
                        () -> interner.all(interner.each(new ListenerTranslator(view).all())));
            case TypeUrls.ROUTE -> answers.list(new Asked(typeUrl, "", routed), () -> interner.all(routes()));
            case TypeUrls.ENDPOINT -> called(typeUrl, this::endpoints);
            case TypeUrls.NAME_TABLE -> names();
            default -> List.of();
        };
    }

    @Override
    public @Nullable XdsResource named(String typeUrl, String name) {
        return switch (typeUrl) {
            case TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.NAME_TABLE ->
                byName.computeIfAbsent(typeUrl, this::index).get(name);
            case TypeUrls.ROUTE -> routes.named(name);
            case TypeUrls.ENDPOINT -> endpoint(name);
            case TypeUrls.SECRET ->
                interned(new SecretTranslator(view).secret(name).orElse(null));
            default -> null;
        };
    }

    private Map<String, XdsResource> index(String typeUrl) {
        return all(typeUrl).stream()
                .collect(Collectors.toMap(XdsResource::name, Function.identity(), (first, _) -> first));
    }

    private @Nullable XdsResource interned(@Nullable XdsResource resource) {
        return resource == null ? null : interner.one(resource);
    }

    private List<XdsResource> clusters() {
        ClusterTranslator translator = new ClusterTranslator(view, clusterMemo);
        List<XdsResource> all = new ArrayList<>(called(TypeUrls.CLUSTER, translator::outbound));
        all.addAll(interner.each(translator.elsewhere()));
        if (!view.gateway()) {
            all.addAll(interner.each(translator.inbound(InboundPort.of(view))));
        }
        return all;
    }

    /** What is made for each service that the proxy may call. */
    private List<XdsResource> called(String type, Function<Service, List<XdsResource>> of) {
        return answers.evolved(
                        CalledResources.class,
                        new Asked(type, "", lineage),
                        before -> CalledResources.of(view, before, of))
                .all();
    }

    private List<XdsResource> names() {
        NameEntries.Client client = NameEntries.Client.of(view.node());
        return answers.evolved(
                        NameTables.class,
                        new Named(lineage, client),
                        before -> NameTables.of(view, client, before, interner))
                .all();
    }

    private List<XdsResource> routes() {
        List<XdsResource> all = new ArrayList<>();
        routes.names().forEach(name -> add(all, routes.named(name)));
        return all;
    }

    private List<XdsResource> endpoints(Service service) {
        List<XdsResource> all = new ArrayList<>();
        MergedRule rule = view.scope().destinationRule(service);
        for (ServicePort port : service.ports()) {
            add(all, ClusterName.outbound(port.number(), service.hostname()));
            view.namedPods(service)
                    .forEach(pod -> add(all, ClusterName.outbound(port.number(), pod + "." + service.hostname())));
            if (rule != null) {
                rule.subsets()
                        .forEach(s -> add(all, ClusterName.outbound(port.number(), s.name(), service.hostname())));
            }
        }
        return all;
    }

    private void add(List<XdsResource> all, ClusterName name) {
        add(all, endpoint(name.toString()));
        if (passesThroughByName) {
            add(all, endpoint(name.sni()));
        }
    }

    private static void add(List<XdsResource> all, @Nullable XdsResource resource) {
        if (resource != null) {
            all.add(resource);
        }
    }

    private @Nullable XdsResource endpoint(String name) {
        Optional<ClusterName> passedThrough = ClusterName.parseSni(name).filter(_ -> passesThroughByName);
        ClusterName cluster = ClusterName.parse(name).or(() -> passedThrough).orElse(null);
        if (cluster == null || cluster.direction() != ClusterName.Direction.OUTBOUND) {
            return null;
        }
        String pod = pod(cluster.host());
        String host = pod.isEmpty() ? cluster.host() : cluster.host().substring(pod.length() + 1);
        Service service = view.scope()
                .service(host)
                .filter(this::isTold)
                .filter(s -> passedThrough.isEmpty() || !s.external())
                .orElse(null);
        Optional<ServicePort> port = service == null ? Optional.empty() : service.port(cluster.port());
        if (service == null || port.isEmpty() || port.get().protocol() == Protocol.UDP) {
            return null;
        }
        MergedRule rule = view.scope().destinationRule(service);
        DestinationRule.Subset subset =
                rule == null ? null : rule.subset(cluster.subset()).orElse(null);
        if (!cluster.subset().isEmpty() && subset == null) {
            return null;
        }
        EffectivePolicy policy = EffectivePolicy.of(
                view.snapshot().mesh().outbound().defaultTrafficPolicy(), rule, subset, cluster.port());
        return endpoint(name, pod, service, view.snapshot().registry().endpoints(service, port.get()), subset, policy);
    }

    /** The pod that a host means by its own name, {@code pod.service...}; empty for all others. */
    private String pod(String host) {
        int dot = host.indexOf('.');
        if (dot < 0 || view.scope().service(host).isPresent()) {
            return "";
        }
        String pod = host.substring(0, dot);
        return view.scope()
                .service(host.substring(dot + 1))
                .filter(service -> view.namedPods(service).contains(pod))
                .map(service -> pod)
                .orElse("");
    }

    // Endpoints of other kinds stand in the cluster, or are found by the proxy.
    private boolean isTold(Service service) {
        return service.resolution() == Resolution.ENDPOINTS
                || service.resolution() == Resolution.ORIGINAL_DESTINATION && view.gateway()
                || service.headless() && view.withoutInterception();
    }

    private XdsResource endpoint(
            String name,
            String pod,
            Service service,
            List<ServiceEndpoint> list,
            DestinationRule.@Nullable Subset subset,
            EffectivePolicy policy) {
        Map<String, String> labels = subset == null ? Map.of() : subset.labels();
        LocalityChoice choice = LocalityChoice.of(view.snapshot().mesh(), service, policy);
        // What is passed through brings the mesh's TLS: it gets to those that a client in the mesh would call with it.
        boolean passedThrough = ClusterName.parse(name).isEmpty();
        ClientTls tls = policy.tls();
        boolean noneTakesTls = passedThrough && tls != null && tls.mode() != ClientTls.Mode.ISTIO_MUTUAL;
        boolean mutualTlsOnly = passedThrough && tls == null;
        var which = new EndpointTranslator.Which(
                pod, labels, service.servesNotReady(), true, mutualTlsOnly, noneTakesTls, false);
        return endpointMemo.get(
                new EndpointTranslator.Request(name, new SameObject<>(list), which, choice, endpointClient));
    }
}
